import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { Answer, Input } from '../api/client'
import { useAsk } from '../api/hooks'
import { OperationButton } from '../commands/operation-dialog'
import { formatNumber } from '../i18n/format'
import { useTexts } from '../i18n/texts'
import { useAddress } from '../parts/address'
import { SelectField, TextField } from '../parts/field'
import { Filters } from '../parts/filters'
import { Answered, Empty } from '../parts/loading'
import { Page } from '../parts/page'
import { cursorOf, Paging } from '../parts/paging'
import { SecretDialog } from '../parts/secret-dialog'
import { type Column, Table } from '../parts/table'
import { Time } from '../parts/time'
import { type ApiKey, ApiKeyBadge } from './states'
import { apiKeyTexts } from './texts'

const rowsPerPage = 50
const states = ['active', 'inactive', 'revoked'] as const

/** `/console/api-keys`: the keys of shops and software. */
export function ApiKeysPage() {
  const t = useTexts(apiKeyTexts)
  const navigate = useNavigate()
  const { search, change, clear } = useAddress('status', 'name', 'sort')
  const { page, sort = 'id', ...filters } = search
  const isFiltered = Object.keys(filters).length > 0
  const after = cursorOf(page)
  const input = { ...filters, sort, limit: rowsPerPage, ...(after && { after }) } as unknown as Input<'GET /api-keys'>
  const query = useAsk('GET /api-keys', input)
  const calls = useCallsByKey()
  return (
    <Page title={t.title} actions={<CreateKey />}>
      <Filters state={filters} isFiltered={isFiltered} onApply={change} onClear={clear}>
        <SelectField
          label={t.state}
          name="status"
          defaultValue={search.status}
          choices={[{ value: '', label: t.any }, ...states.map((state) => ({ value: state, label: t[state] }))]}
        />
        <TextField label={t.name} name="name" defaultValue={search.name} />
      </Filters>
      <Answered query={query}>
        {({ api_keys: keys, next }) =>
          keys.length ? (
            <>
              <Table
                caption={t.title}
                columns={columnsOf(t, calls)}
                rows={keys}
                keyOf={({ id }) => String(id)}
                sort={sort}
                onSort={(wanted) => change({ sort: wanted })}
                onOpen={({ id }) => navigate({ to: '/api-keys/$key', params: { key: String(id) } })}
              />
              <Paging stack={page} next={next} onChange={(stack) => change({ page: stack })} />
            </>
          ) : (
            <Empty title={isFiltered ? t.noMatch : t.none}>{!isFiltered && <CreateKey />}</Empty>
          )
        }
      </Answered>
    </Page>
  )
}

/** The calls of seven days by API key, as far as they are counted. */
function useCallsByKey(): ReadonlyMap<number, number> {
  const { data } = useAsk('GET /calls/stats', { by: ['api_key'], from: '7d', series: 100 })
  return new Map(data?.series.map(({ api_key_id: id, calls }) => [id ?? 0, calls]))
}

/** Makes a key, and shows its value once. */
function CreateKey() {
  const t = useTexts(apiKeyTexts)
  const [secret, setSecret] = useState('')
  return (
    <>
      <OperationButton
        command="api-key create"
        role="owner"
        label={t.create}
        kind="primary"
        initial={{ preset: 'client' }}
        onDone={(result) => setSecret((result as Answer<'POST /api-keys'>).api_key)}
      />
      {secret && <ApiKeySecret secret={secret} onClose={() => setSecret('')} />}
    </>
  )
}

/** The value of a key, shown once. */
export function ApiKeySecret({ secret, onClose }: { secret: string; onClose(): void }) {
  const t = useTexts(apiKeyTexts)
  return (
    <SecretDialog
      title={t.secretTitle}
      name={t.secretName}
      secret={secret}
      variable="LATCHKEY_API_KEY"
      onClose={onClose}
    />
  )
}

const columnsOf = (t: (typeof apiKeyTexts)['en'], calls: ReadonlyMap<number, number>): Column<ApiKey>[] => [
  {
    key: 'name',
    heading: t.name,
    sort: 'name',
    cell: ({ id, name }) => (
      <Link to="/api-keys/$key" params={{ key: String(id) }} className="text-accent underline">
        {name}
      </Link>
    ),
  },
  { key: 'begins', heading: t.begins, cell: ({ prefix }) => <code>{prefix}…</code> },
  { key: 'state', heading: t.state, cell: (apiKey) => <ApiKeyBadge apiKey={apiKey} /> },
  {
    key: 'may',
    heading: t.may,
    cell: ({ capabilities: held }) =>
      held.includes('*') ? t.everything : held.length > 3 ? t.capabilities(formatNumber(held.length)) : held.join(', '),
  },
  {
    key: 'addresses',
    heading: t.addresses,
    cell: ({ allowed_ips: ips }) => ips.join(', ') || t.anywhere,
  },
  { key: 'expires', heading: t.expires, sort: 'expires_at', cell: ({ expires_at: at }) => <Time at={at} /> },
  {
    key: 'used',
    heading: t.lastUsed,
    sort: 'last_used_at',
    cell: ({ last_used_at: at }) => (at ? <Time at={at} isRelative /> : t.never),
  },
  { key: 'calls', heading: t.calls, isNumber: true, cell: ({ id }) => formatNumber(calls.get(id) ?? 0) },
]
