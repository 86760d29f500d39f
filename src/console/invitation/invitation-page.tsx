import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { basePath } from '../api/base-path'
import { type Answer, call } from '../api/client'
import { fieldErrorOf } from '../api/errors'
import { useAsk } from '../api/hooks'
import { useTexts } from '../i18n/texts'
import { Button, buttonClass } from '../parts/button'
import { ErrorBox } from '../parts/error-box'
import { TextField } from '../parts/field'
import { forgetToken, tokenInAddress } from '../parts/link-token'
import { Answered } from '../parts/loading'
import { Page } from '../parts/page'
import { NewPasswordField } from '../parts/password-field'
import { userTexts } from '../users/texts'
import { invitationTexts } from './texts'

/** Where somebody with an invitation, or a link for a new password, chooses it. */
export function InvitationPage() {
  const t = useTexts(invitationTexts)
  const [token] = useState(tokenInAddress)
  return <Page title={t.title}>{token ? <Invited token={token} /> : <p>{t.noToken}</p>}</Page>
}

function Invited({ token }: { token: string }) {
  const t = useTexts(invitationTexts)
  const [doneFor, setDoneFor] = useState<string>()
  const query = useAsk('GET /link', { token }, { enabled: doneFor === undefined })
  if (doneFor !== undefined) {
    return (
      <>
        <p role="status">{t.done(doneFor)}</p>
        <div>
          <a href={`${basePath}/console`} className={buttonClass('primary')}>
            {t.toLogIn}
          </a>
        </div>
      </>
    )
  }
  return (
    <Answered query={query}>
      {(link) => (
        <PasswordForm
          token={token}
          link={link}
          onDone={() => {
            forgetToken()
            setDoneFor(link.user)
          }}
        />
      )}
    </Answered>
  )
}

interface FormProps {
  token: string
  link: Answer<'GET /link'>
  onDone(): void
}

function PasswordForm({ token, link, onDone }: FormProps) {
  const t = useTexts(invitationTexts)
  const users = useTexts(userTexts)
  const save = useMutation({
    mutationFn: (password: string) => call('PUT /link/password', { token, password }),
    onSuccess: onDone,
  })
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    save.mutate(String(new FormData(event.currentTarget).get('password')))
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <p>{link.kind === 'invitation' ? t.invited(link.user, users[link.role]) : t.reset(link.user)}</p>
      <TextField label={t.name} name="name" autoComplete="username" value={link.user} readOnly />
      <NewPasswordField label={t.password} name="password" error={fieldErrorOf(save.error, 'password')} />
      <ErrorBox error={save.error} />
      <div>
        <Button type="submit" kind="primary" disabled={save.isPending}>
          {save.isPending ? t.busy : t.submit}
        </Button>
      </div>
    </form>
  )
}
