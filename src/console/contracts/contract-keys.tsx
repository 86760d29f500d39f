import { useState } from 'react'
import type { Input } from '../api/client'
import { useAsk } from '../api/hooks'
import { useTexts } from '../i18n/texts'
import { useAddress } from '../parts/address'
import { Button } from '../parts/button'
import { ErrorBox } from '../parts/error-box'
import { SelectField } from '../parts/field'
import { Filters } from '../parts/filters'
import { LicenseLink } from '../parts/license-link'
import { Answered, Empty } from '../parts/loading'
import { Card } from '../parts/page'
import { cursorOf, Paging } from '../parts/paging'
import { saveCsv } from '../parts/save-file'
import { Table } from '../parts/table'
import { Time } from '../parts/time'
import { contractTexts } from './texts'

const statuses = ['available', 'assigned', 'reserved', 'blocked'] as const

/** The licence keys drawn from a contract, page by page, and whole as CSV. */
export function ContractKeys({ contract }: { contract: string }) {
  const t = useTexts(contractTexts)
  const { search, change, clear, isFiltered } = useAddress('status')
  const { status, page } = search
  const [error, setError] = useState<unknown>()
  const filter: Input<'GET /contracts/:contract/keys'> = {
    contract,
    ...(status && { status: status as (typeof statuses)[number] }),
  }
  const query = useAsk('GET /contracts/:contract/keys', { ...filter, limit: 50, after: cursorOf(page) })
  const save = () => saveCsv('contract-keys.csv', 'GET /contracts/:contract/keys', filter).catch(setError)
  return (
    <Card title={t.keys} actions={<Button onClick={save}>{t.csv}</Button>}>
      <ErrorBox error={error} />
      <Filters state={{ status }} isFiltered={isFiltered} onApply={change} onClear={clear}>
        <SelectField
          label={t.status}
          name="status"
          defaultValue={status ?? ''}
          choices={[{ value: '', label: t.all }, ...statuses.map((value) => ({ value, label: value }))]}
        />
      </Filters>
      <Answered query={query}>
        {({ license_keys, next }) =>
          license_keys.length ? (
            <>
              <Table
                caption={t.keys}
                rows={license_keys}
                keyOf={({ id }) => String(id)}
                columns={[
                  {
                    key: 'key',
                    heading: t.licenseKey,
                    cell: ({ id, license_key }) => <LicenseLink id={id} text={license_key} />,
                  },
                  { key: 'status', heading: t.status, cell: (row) => row.status },
                  {
                    key: 'owner',
                    heading: t.owner,
                    cell: ({ owner_name, owner_email }) => [owner_name, owner_email].filter(Boolean).join(' · ') || '–',
                  },
                  { key: 'drawn', heading: t.drawn, cell: ({ created_at }) => <Time at={created_at} /> },
                  { key: 'assigned', heading: t.assigned, cell: ({ assigned_at }) => <Time at={assigned_at} /> },
                ]}
              />
              <Paging stack={page} next={next} onChange={(stack) => change({ page: stack })} />
            </>
          ) : (
            <Empty title={isFiltered ? t.noKeysMatch : t.noKeys} />
          )
        }
      </Answered>
    </Card>
  )
}
