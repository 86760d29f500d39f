import { useMutation } from '@tanstack/react-query'
import type { FormEvent } from 'react'
import { call } from '../api/client'
import { fieldErrorOf } from '../api/errors'
import { useTexts } from '../i18n/texts'
import { Button } from '../parts/button'
import { ErrorBox } from '../parts/error-box'
import { TextField } from '../parts/field'
import { logInTexts } from './texts'

/** User name and password. */
export function LogInForm({ onDone }: { onDone(): void }) {
  const t = useTexts(logInTexts)
  const logIn = useMutation({
    mutationFn: (input: { name: string; password: string }) => call('POST /session', input),
    onSuccess: onDone,
  })
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const data = new FormData(event.currentTarget)
    logIn.mutate({ name: String(data.get('name')), password: String(data.get('password')) })
  }
  return (
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
      <Button type="submit" kind="primary" disabled={logIn.isPending}>
        {logIn.isPending ? t.busy : t.submit}
      </Button>
    </form>
  )
}
