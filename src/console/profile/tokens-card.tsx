import { type FormEvent, useState } from 'react'
import type { Answer } from '../api/client'
import { fieldErrorOf } from '../api/errors'
import { useAsk, useChange } from '../api/hooks'
import { useTexts } from '../i18n/texts'
import { Button } from '../parts/button'
import { SecretOnce } from '../parts/copy'
import { Dialog } from '../parts/dialog'
import { ErrorBox } from '../parts/error-box'
import { TextField } from '../parts/field'
import { Answered } from '../parts/loading'
import { Card } from '../parts/page'
import { type Column, Table } from '../parts/table'
import { Time } from '../parts/time'
import { announce } from '../parts/toast'
import { profileTexts } from './texts'

type Token = Answer<'GET /users/:user/tokens'>['tokens'][number]

/** The tokens of a user's scripts. */
export function TokensCard({ user }: { user: string }) {
  const t = useTexts(profileTexts)
  const [isOpen, setOpen] = useState(false)
  const query = useAsk('GET /users/:user/tokens', { user, sort: '-created_at' })
  const revoke = useChange('DELETE /users/:user/tokens/:id', () => announce(t.revoked))
  const columns: Column<Token>[] = [
    { key: 'name', heading: t.tokenName, cell: ({ name }) => name },
    { key: 'prefix', heading: t.begins, cell: ({ prefix }) => <code>{prefix}…</code> },
    { key: 'created', heading: t.since, cell: ({ created_at }) => <Time at={created_at} /> },
    {
      key: 'used',
      heading: t.lastUsed,
      cell: ({ last_used_at: at }) => (at ? <Time at={at} isRelative /> : t.never),
    },
    { key: 'until', heading: t.until, cell: ({ expires_at: at }) => (at ? <Time at={at} /> : t.never) },
    {
      key: 'actions',
      heading: t.actions,
      cell: ({ id, name }) => (
        <Button
          kind="danger"
          aria-label={t.revokeNamed(name)}
          disabled={revoke.isPending}
          onClick={() => revoke.mutate({ user, id })}
        >
          {t.revoke}
        </Button>
      ),
    },
  ]
  return (
    <Card title={t.tokens} actions={<Button onClick={() => setOpen(true)}>{t.newToken}</Button>}>
      <ErrorBox error={revoke.error} />
      <Answered query={query}>
        {({ tokens }) =>
          tokens.length ? (
            <Table caption={t.tokens} columns={columns} rows={tokens} keyOf={({ id }) => String(id)} />
          ) : (
            <p>{t.tokensNone}</p>
          )
        }
      </Answered>
      {isOpen && (
        <Dialog title={t.newToken} isOpen onClose={() => setOpen(false)}>
          <TokenForm user={user} onDone={() => setOpen(false)} />
        </Dialog>
      )}
    </Card>
  )
}

function TokenForm({ user, onDone }: { user: string; onDone(): void }) {
  const t = useTexts(profileTexts)
  const create = useChange('POST /users/:user/tokens')
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const data = new FormData(event.currentTarget)
    const expires_at = String(data.get('expires_at') ?? '')
    create.mutate({ user, name: String(data.get('name')), ...(expires_at && { expires_at }) })
  }
  if (create.data) {
    return (
      <>
        <SecretOnce name={create.data.name} secret={create.data.token} />
        <div>
          <Button kind="primary" onClick={onDone}>
            {t.done}
          </Button>
        </div>
      </>
    )
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <TextField label={t.tokenName} name="name" maxLength={100} required error={fieldErrorOf(create.error, 'name')} />
      <TextField
        label={t.tokenExpires}
        description={t.tokenExpiresNote}
        name="expires_at"
        type="date"
        error={fieldErrorOf(create.error, 'expires_at')}
      />
      <ErrorBox error={create.error} />
      <div>
        <Button type="submit" kind="primary" disabled={create.isPending}>
          {t.newToken}
        </Button>
      </div>
    </form>
  )
}
