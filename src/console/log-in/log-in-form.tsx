import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { call } from '../api/client'
import { fieldErrorOf } from '../api/errors'
import { useTexts } from '../i18n/texts'
import { Button } from '../parts/button'
import { ErrorBox } from '../parts/error-box'
import { TextField } from '../parts/field'
import { OtherWays } from './other-ways'
import { SecondFactorForm } from './second-factor-form'
import { logInTexts } from './texts'

interface Props {
  onDone(): void
  /** Whether it stands over a page that must stay as it is. */
  isOverPage?: boolean
}

/** User name and password, then a second factor where the user has one; or a log-in without a password. */
export function LogInForm({ onDone, isOverPage }: Props) {
  const t = useTexts(logInTexts)
  const [methods, setMethods] = useState<readonly string[]>()
  const logIn = useMutation({
    mutationFn: (input: { name: string; password: string }) => call('POST /session', input),
    onSuccess: (answer) => ('second_factor' in answer ? setMethods(answer.second_factor) : onDone()),
  })
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const data = new FormData(event.currentTarget)
    logIn.mutate({ name: String(data.get('name')), password: String(data.get('password')) })
  }
  if (methods) return <SecondFactorForm methods={methods} onDone={onDone} onCancel={() => setMethods(undefined)} />
  return (
    <>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <TextField
          label={t.name}
          name="name"
          autoComplete="username"
          autoCapitalize="none"
          required
          error={fieldErrorOf(logIn.error, 'name')}
        />
        <TextField
          label={t.password}
          name="password"
          type="password"
          autoComplete="current-password"
          required
          error={fieldErrorOf(logIn.error, 'password')}
        />
        <ErrorBox error={logIn.error} />
        <Button type="submit" kind="primary" className="justify-center" disabled={logIn.isPending}>
          {logIn.isPending ? t.busy : t.submit}
        </Button>
      </form>
      <OtherWays isOverPage={isOverPage} onDone={onDone} />
    </>
  )
}
