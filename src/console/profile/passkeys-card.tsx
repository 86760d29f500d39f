import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { type Answer, call } from '../api/client'
import { queryClient, useChange } from '../api/hooks'
import { canUsePasskeys, makePasskey } from '../api/passkeys'
import { useTexts } from '../i18n/texts'
import { Button } from '../parts/button'
import { Dialog } from '../parts/dialog'
import { ErrorBox } from '../parts/error-box'
import { TextField } from '../parts/field'
import { Card } from '../parts/page'
import { type Column, Table } from '../parts/table'
import { Time } from '../parts/time'
import { ConfirmDialog } from './confirm-dialog'
import { RecoveryCodesDialog } from './recovery-codes-dialog'
import { profileTexts } from './texts'

type Passkey = Answer<'GET /users/:user/second-factor'>['passkeys'][number]
type Open = { kind: 'add' } | { kind: 'rename' | 'remove'; passkey: Passkey } | { kind: 'codes'; codes: string[] }

/** The passkeys of a user: add, rename, remove. */
export function PasskeysCard({ user, passkeys }: { user: string; passkeys: readonly Passkey[] }) {
  const t = useTexts(profileTexts)
  const [open, setOpen] = useState<Open>()
  const close = () => setOpen(undefined)
  const add = useMutation({
    mutationFn: async (name: string) =>
      call('POST /users/:user/passkeys', { user, name, response: await makePasskey(user) }),
    onSuccess: async ({ recovery_codes: codes }) => {
      setOpen(codes.length ? { kind: 'codes', codes } : undefined)
      await queryClient.invalidateQueries()
    },
  })
  const rename = useChange('PATCH /users/:user/passkeys/:id', close)
  const remove = useChange('DELETE /users/:user/passkeys/:id', close)
  const columns: Column<Passkey>[] = [
    { key: 'name', heading: t.passkeyName, cell: ({ name }) => name },
    { key: 'host', heading: t.host, cell: ({ host }) => host },
    { key: 'created', heading: t.created, cell: ({ created_at }) => <Time at={created_at} /> },
    {
      key: 'used',
      heading: t.lastUsed,
      cell: ({ last_used_at: at }) => (at ? <Time at={at} isRelative /> : t.never),
    },
    {
      key: 'actions',
      heading: t.actions,
      cell: (passkey) => (
        <span className="flex flex-wrap gap-2">
          <Button aria-label={t.renamePasskey(passkey.name)} onClick={() => setOpen({ kind: 'rename', passkey })}>
            {t.rename}
          </Button>
          <Button
            kind="danger"
            aria-label={t.removePasskey(passkey.name)}
            onClick={() => setOpen({ kind: 'remove', passkey })}
          >
            {t.remove}
          </Button>
        </span>
      ),
    },
  ]
  return (
    <Card
      title={t.passkeys}
      actions={canUsePasskeys() && <Button onClick={() => setOpen({ kind: 'add' })}>{t.addPasskey}</Button>}
    >
      {!canUsePasskeys() && <p className="text-muted">{t.passkeysHere}</p>}
      {passkeys.length ? (
        <Table caption={t.passkeys} columns={columns} rows={passkeys} keyOf={({ id }) => String(id)} />
      ) : (
        <p>{t.passkeysNone}</p>
      )}
      {open?.kind === 'add' && (
        <NameDialog title={t.addPasskey} action={t.addPasskey} change={add} onName={add.mutate} onClose={close} />
      )}
      {open?.kind === 'rename' && (
        <NameDialog
          title={t.renamePasskey(open.passkey.name)}
          action={t.rename}
          initial={open.passkey.name}
          change={rename}
          onName={(name) => rename.mutate({ user, id: open.passkey.id, name })}
          onClose={close}
        />
      )}
      {open?.kind === 'remove' && (
        <ConfirmDialog
          title={t.removePasskey(open.passkey.name)}
          note={t.removePasskeyNote}
          action={t.remove}
          change={remove}
          onConfirm={() => remove.mutate({ user, id: open.passkey.id })}
          onClose={close}
        />
      )}
      {open?.kind === 'codes' && <RecoveryCodesDialog codes={open.codes} onDone={close} />}
    </Card>
  )
}

interface NameProps {
  title: string
  action: string
  initial?: string
  change: { isPending: boolean; error: unknown }
  onName(name: string): void
  onClose(): void
}

function NameDialog({ title, action, initial, change, onName, onClose }: NameProps) {
  const t = useTexts(profileTexts)
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    onName(String(new FormData(event.currentTarget).get('name')))
  }
  return (
    <Dialog title={title} isOpen onClose={onClose}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <TextField
          label={t.passkeyName}
          description={t.passkeyNameNote}
          name="name"
          maxLength={100}
          defaultValue={initial}
          required
        />
        <ErrorBox error={change.error} />
        <div>
          <Button type="submit" kind="primary" disabled={change.isPending}>
            {action}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
