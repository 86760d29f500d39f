import { useState } from 'react'
import type { Answer } from '../api/client'
import { useAsk, useChange } from '../api/hooks'
import { useTexts } from '../i18n/texts'
import { Badge } from '../parts/badge'
import { Button } from '../parts/button'
import { ErrorBox } from '../parts/error-box'
import { Answered } from '../parts/loading'
import { Card } from '../parts/page'
import { type Column, Table } from '../parts/table'
import { Time } from '../parts/time'
import { announce } from '../parts/toast'
import { ConfirmDialog } from './confirm-dialog'
import { profileTexts } from './texts'

type Session = Answer<'GET /users/:user/sessions'>['sessions'][number]

/** Where a user is logged in. */
export function SessionsCard({ user }: { user: string }) {
  const t = useTexts(profileTexts)
  const [isOpen, setOpen] = useState(false)
  const query = useAsk('GET /users/:user/sessions', { user, sort: '-last_used_at' })
  const end = useChange('DELETE /users/:user/sessions', () => announce(t.ended))
  const endOthers = useChange('DELETE /users/:user/sessions', () => {
    setOpen(false)
    announce(t.othersEnded)
  })
  const methods = { password: t.byPassword, passkey: t.byPasskey, sso: t.bySso }
  const columns: Column<Session>[] = [
    {
      key: 'device',
      heading: t.device,
      cell: ({ name, is_current }) => (
        <>
          {browserOf(name)} {is_current && <Badge tone="good">{t.thisOne}</Badge>}
        </>
      ),
    },
    { key: 'address', heading: t.address, cell: ({ address }) => address ?? '–' },
    { key: 'method', heading: t.method, cell: ({ method }) => (method ? methods[method] : '–') },
    { key: 'since', heading: t.since, cell: ({ created_at }) => <Time at={created_at} /> },
    {
      key: 'used',
      heading: t.lastUsed,
      cell: ({ last_used_at, created_at }) => <Time at={last_used_at ?? created_at} isRelative />,
    },
    {
      key: 'actions',
      heading: t.actions,
      cell: ({ id, name, address, is_current }) =>
        is_current ? null : (
          <Button
            aria-label={t.endNamed(browserOf(name), address ?? '–')}
            disabled={end.isPending}
            onClick={() => end.mutate({ user, id })}
          >
            {t.end}
          </Button>
        ),
    },
  ]
  return (
    <Card title={t.sessions} actions={<Button onClick={() => setOpen(true)}>{t.endOthers}</Button>}>
      <ErrorBox error={end.error} />
      <Answered query={query}>
        {({ sessions }) => (
          <Table caption={t.sessions} columns={columns} rows={sessions} keyOf={({ id }) => String(id)} />
        )}
      </Answered>
      {isOpen && (
        <ConfirmDialog
          title={t.endOthers}
          note={t.endOthersNote}
          action={t.endOthers}
          change={endOthers}
          onConfirm={() => endOthers.mutate({ user, keep_current: true })}
          onClose={() => setOpen(false)}
        />
      )}
    </Card>
  )
}

const browsers: [RegExp, string][] = [
  [/Edg\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Firefox\//, 'Firefox'],
  [/Chrome\//, 'Chrome'],
  [/Safari\//, 'Safari'],
]
const systems: [RegExp, string][] = [
  [/Android/, 'Android'],
  [/iPhone|iPad/, 'iOS'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/Linux/, 'Linux'],
]

/** A browser and its system in two words; what it says of itself if neither is known. */
function browserOf(userAgent: string): string {
  const named = [browsers, systems].flatMap((list) => list.find(([pattern]) => pattern.test(userAgent))?.[1] ?? [])
  return named.join(', ') || userAgent || '–'
}
