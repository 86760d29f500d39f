import { useAsk } from '../api/hooks'
import { useTexts } from '../i18n/texts'
import { useAddress } from '../parts/address'
import { TextField } from '../parts/field'
import { Filters } from '../parts/filters'
import { LicenseLink } from '../parts/license-link'
import { Answered, Empty } from '../parts/loading'
import { Page } from '../parts/page'
import { cursorOf, Paging } from '../parts/paging'
import { Table } from '../parts/table'
import { Time } from '../parts/time'
import { customerTexts } from './texts'

/** `/console/customers-without-address`: the licences whose owner is known by name alone. */
export function UnaddressedPage() {
  const t = useTexts(customerTexts)
  const { search, change, clear, isFiltered } = useAddress('name', 'sort')
  const { name, sort, page } = search
  const query = useAsk('GET /unaddressed-licenses', {
    ...(name && { name }),
    sort,
    limit: 50,
    after: cursorOf(page),
  })
  return (
    <Page title={t.unaddressed}>
      <Filters state={search} isFiltered={isFiltered} onApply={change} onClear={clear}>
        <TextField label={t.beginning} name="name" type="search" defaultValue={name} />
      </Filters>
      <Answered query={query}>
        {({ licenses, next }) =>
          licenses.length ? (
            <>
              <Table
                caption={t.unaddressed}
                rows={licenses}
                keyOf={({ id }) => String(id)}
                columns={[
                  { key: 'name', heading: t.name, cell: ({ owner_name }) => owner_name },
                  {
                    key: 'key',
                    heading: t.licenseKey,
                    cell: ({ id, license_key }) => <LicenseLink id={id} text={license_key} />,
                  },
                  { key: 'status', heading: t.state, cell: ({ status }) => status },
                  { key: 'since', heading: t.since, cell: ({ assigned_at }) => <Time at={assigned_at} /> },
                ]}
              />
              <Paging stack={page} next={next} onChange={(stack) => change({ page: stack })} />
            </>
          ) : (
            <Empty title={isFiltered ? t.nobodyMatches : t.noneUnaddressed} />
          )
        }
      </Answered>
    </Page>
  )
}
