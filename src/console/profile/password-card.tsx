import { type FormEvent, useState } from 'react'
import { fieldErrorOf } from '../api/errors'
import { queryClient, useChange } from '../api/hooks'
import { useTexts } from '../i18n/texts'
import { Button } from '../parts/button'
import { Dialog } from '../parts/dialog'
import { ErrorBox } from '../parts/error-box'
import { TextField } from '../parts/field'
import { Card } from '../parts/page'
import { NewPasswordField } from '../parts/password-field'
import { profileTexts } from './texts'

/** The password, and the accounts at providers that log in as well. */
export function PasswordCard({ hasPassword, issuers }: { hasPassword: boolean; issuers: readonly string[] }) {
  const t = useTexts(profileTexts)
  const [isOpen, setOpen] = useState(false)
  return (
    <Card title={t.password} actions={hasPassword && <Button onClick={() => setOpen(true)}>{t.changePassword}</Button>}>
      {!hasPassword && <p>{t.noPassword}</p>}
      {issuers.length > 0 && (
        <p>
          {t.providers}: {issuers.join(', ')}
        </p>
      )}
      {isOpen && (
        <Dialog title={t.changePassword} isOpen onClose={() => setOpen(false)}>
          <PasswordForm />
        </Dialog>
      )}
    </Card>
  )
}

function PasswordForm() {
  const t = useTexts(profileTexts)
  // The session ends with the old password, so the log-in follows.
  const change = useChange('PUT /session/password', () => queryClient.resetQueries())
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const data = new FormData(event.currentTarget)
    change.mutate({ current_password: String(data.get('current_password')), password: String(data.get('password')) })
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <p>{t.changeNote}</p>
      <TextField
        label={t.currentPassword}
        name="current_password"
        type="password"
        autoComplete="current-password"
        required
        error={fieldErrorOf(change.error, 'current_password')}
      />
      <NewPasswordField label={t.newPassword} name="password" error={fieldErrorOf(change.error, 'password')} />
      <ErrorBox error={change.error} />
      <div>
        <Button type="submit" kind="primary" disabled={change.isPending}>
          {t.changePassword}
        </Button>
      </div>
    </form>
  )
}
