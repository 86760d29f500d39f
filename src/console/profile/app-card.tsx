import { type FormEvent, useState } from 'react'
import type { Answer } from '../api/client'
import { fieldErrorOf } from '../api/errors'
import { useChange } from '../api/hooks'
import { useTexts } from '../i18n/texts'
import { Badge } from '../parts/badge'
import { Button } from '../parts/button'
import { CopyButton } from '../parts/copy'
import { Dialog } from '../parts/dialog'
import { ErrorBox } from '../parts/error-box'
import { TextField } from '../parts/field'
import { Card } from '../parts/page'
import { Time } from '../parts/time'
import { ConfirmDialog } from './confirm-dialog'
import { QrCode } from './qr-code'
import { RecoveryCodesDialog } from './recovery-codes-dialog'
import { profileTexts } from './texts'

/** The authenticator app: set up with a QR code and its first code, or removed. */
export function AppCard({ user, since }: { user: string; since: string | null }) {
  const t = useTexts(profileTexts)
  const [open, setOpen] = useState<'set up' | 'remove'>()
  const begin = useChange('POST /users/:user/totp', () => setOpen('set up'))
  const remove = useChange('DELETE /users/:user/totp', () => setOpen(undefined))
  return (
    <Card
      title={t.app}
      actions={
        since === null ? (
          <Button disabled={begin.isPending} onClick={() => begin.mutate({ user })}>
            {t.setUp}
          </Button>
        ) : (
          <Button kind="danger" onClick={() => setOpen('remove')}>
            {t.remove}
          </Button>
        )
      }
    >
      {since === null ? (
        <p>{t.appNone}</p>
      ) : (
        <p>
          <Badge tone="good">{t.appSince}</Badge> <Time at={since} />
        </p>
      )}
      <ErrorBox error={begin.error} />
      {open === 'set up' && begin.data && (
        <SetUpDialog user={user} begun={begin.data} onClose={() => setOpen(undefined)} />
      )}
      {open === 'remove' && (
        <ConfirmDialog
          title={t.removeApp}
          note={t.removeAppNote}
          action={t.remove}
          change={remove}
          onConfirm={() => remove.mutate({ user })}
          onClose={() => setOpen(undefined)}
        />
      )}
    </Card>
  )
}

interface SetUpProps {
  user: string
  begun: Answer<'POST /users/:user/totp'>
  onClose(): void
}

function SetUpDialog({ user, begun: { secret, uri }, onClose }: SetUpProps) {
  const t = useTexts(profileTexts)
  const [codes, setCodes] = useState<readonly string[]>()
  const confirm = useChange('POST /users/:user/totp/confirm', ({ recovery_codes }) =>
    recovery_codes.length ? setCodes(recovery_codes) : onClose(),
  )
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    confirm.mutate({ user, code: String(new FormData(event.currentTarget).get('code')) })
  }
  if (codes) return <RecoveryCodesDialog codes={codes} onDone={onClose} />
  return (
    <Dialog title={t.app} isOpen onClose={onClose}>
      <p>{t.scan}</p>
      <QrCode text={uri} label={t.qrCode} />
      <p className="text-sm">
        {t.secret}: <code>{secret.replace(/(.{4})(?=.)/g, '$1 ')}</code>
      </p>
      <div>
        <CopyButton text={secret} />
      </div>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <TextField
          label={t.code}
          name="code"
          autoComplete="one-time-code"
          inputMode="numeric"
          required
          error={fieldErrorOf(confirm.error, 'code')}
        />
        <ErrorBox error={confirm.error} />
        <div>
          <Button type="submit" kind="primary" disabled={confirm.isPending}>
            {t.confirm}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
