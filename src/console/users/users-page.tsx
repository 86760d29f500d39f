import { useState } from 'react'
import { useAsk } from '../api/hooks'
import { useMay } from '../api/session'
import { OperationButton, OperationDialog } from '../commands/operation-dialog'
import { useTexts } from '../i18n/texts'
import { useAddress } from '../parts/address'
import { Badge, type Tone } from '../parts/badge'
import { SelectField } from '../parts/field'
import { Answered, Empty } from '../parts/loading'
import { Page } from '../parts/page'
import { cursorOf, Paging } from '../parts/paging'
import { type Column, Table } from '../parts/table'
import { partTexts } from '../parts/texts'
import { Time } from '../parts/time'
import { type OneTimeLink, OneTimeLinkDialog } from './one-time-link'
import { userTexts } from './texts'
import { type User, UserActions } from './user-actions'

const roles = ['viewer', 'support', 'operator', 'owner'] as const
const states = ['active', 'disabled'] as const

type Role = (typeof roles)[number]

/** The users: invite, role, new password, disable, delete. For owners. */
export function UsersPage() {
  const t = useTexts(userTexts)
  const parts = useTexts(partTexts)
  const [link, setLink] = useState<OneTimeLink>()
  const mayManage = useMay('owner')
  if (!mayManage) return <Page title={t.title}>{parts.noRights}</Page>
  const invite = (
    <OperationButton
      command="user invite"
      role="owner"
      kind="primary"
      label={t.invite}
      onDone={(result) => setLink(result as OneTimeLink)}
    />
  )
  return (
    <Page title={t.title} actions={invite}>
      <p className="text-sm text-muted">{t.roleNote}</p>
      <List onLink={setLink} />
      {link && <OneTimeLinkDialog link={link} onClose={() => setLink(undefined)} />}
    </Page>
  )
}

function List({ onLink }: { onLink(link: OneTimeLink): void }) {
  const t = useTexts(userTexts)
  const parts = useTexts(partTexts)
  const { search, change, clear } = useAddress('role', 'status', 'sort')
  const [enabling, setEnabling] = useState<string>()
  const { role, status, sort = 'name', page } = search
  const after = cursorOf(page)
  const query = useAsk('GET /users', {
    sort: sort as 'name',
    limit: 50,
    ...(role && { role: role as Role }),
    ...(status && { status: status as User['status'] }),
    ...(after && { after }),
  })
  const filter = (label: string, name: 'role' | 'status', words: readonly (Role | User['status'])[]) => (
    <SelectField
      label={label}
      value={search[name] ?? ''}
      onChange={(event) => change({ [name]: event.target.value || undefined })}
      choices={[{ value: '', label: t.all }, ...words.map((word) => ({ value: word, label: t[word] }))]}
    />
  )
  return (
    <>
      <div className="no-print flex flex-wrap gap-3">
        {filter(t.role, 'role', roles)}
        {filter(t.state, 'status', states)}
      </div>
      <Answered query={query}>
        {({ users, next }) =>
          users.length ? (
            <>
              <Table
                caption={t.title}
                columns={columnsOf(t, { onLink, onEnable: setEnabling })}
                rows={users}
                keyOf={({ name }) => name}
                sort={sort}
                onSort={(wanted) => change({ sort: wanted })}
              />
              <Paging stack={page} next={next} onChange={(stack) => change({ page: stack })} />
            </>
          ) : (
            <Empty title={parts.nothingMatches}>
              <button type="button" className="text-accent underline" onClick={clear}>
                {parts.clearFilters}
              </button>
            </Empty>
          )
        }
      </Answered>
      {enabling && (
        <OperationDialog
          command="user enable"
          title={t.enable}
          fixed={{ user: enabling }}
          onClose={() => setEnabling(undefined)}
        />
      )}
    </>
  )
}

interface Handlers {
  onLink(link: OneTimeLink): void
  onEnable(user: string): void
}

const columnsOf = (t: (typeof userTexts)['en'], handlers: Handlers): Column<User>[] => [
  { key: 'name', heading: t.name, sort: 'name', cell: ({ name }) => <span className="font-medium">{name}</span> },
  { key: 'role', heading: t.role, sort: 'role', cell: ({ role }) => t[role] },
  { key: 'state', heading: t.state, cell: (user) => <State user={user} /> },
  {
    key: 'factors',
    heading: t.secondFactor,
    cell: ({ second_factors: factors }) =>
      factors.length ? factors.map((factor) => t[factor]).join(', ') : <Badge tone="warn">{t.noFactor}</Badge>,
  },
  { key: 'since', heading: t.since, sort: 'created_at', cell: ({ created_at }) => <Time at={created_at} /> },
  {
    key: 'last',
    heading: t.lastLogIn,
    sort: 'last_login_at',
    cell: ({ last_login_at }) => (last_login_at ? <Time at={last_login_at} isRelative /> : t.never),
  },
  { key: 'actions', heading: t.actions, cell: (user) => <UserActions user={user} {...handlers} /> },
]

function State({ user: { status, has_password } }: { user: User }) {
  const t = useTexts(userTexts)
  const word = status === 'active' && !has_password ? 'invited' : status
  const tones: Record<typeof word, Tone> = { active: 'good', invited: 'plain', disabled: 'bad' }
  return <Badge tone={tones[word]}>{t[word]}</Badge>
}
