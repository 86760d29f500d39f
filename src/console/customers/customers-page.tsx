import { Link, useNavigate } from '@tanstack/react-router'
import { formatNumber } from '../i18n/format'
import { useTexts } from '../i18n/texts'
import { useAddress } from '../parts/address'
import { buttonClass } from '../parts/button'
import { TextField } from '../parts/field'
import { Filters } from '../parts/filters'
import { Answered, Empty } from '../parts/loading'
import { Page } from '../parts/page'
import { cursorOf, Paging } from '../parts/paging'
import { Table } from '../parts/table'
import { Time } from '../parts/time'
import { useCustomers } from './find-customers'
import { customerTexts } from './texts'

/** `/console/customers`: the customers, each with the licences of one e-mail address. */
export function CustomersPage() {
  const t = useTexts(customerTexts)
  const navigate = useNavigate()
  const { search, change, clear, isFiltered } = useAddress('text', 'sort')
  const { text, page } = search
  const sort = text ? undefined : search.sort
  const query = useCustomers({ ...(text && { text }), sort, after: cursorOf(page) })
  return (
    <Page
      title={t.title}
      actions={
        <Link to="/customers-without-address" className={buttonClass()}>
          {t.unaddressed}
        </Link>
      }
    >
      <Filters
        state={search}
        isFiltered={isFiltered}
        onApply={(values) => change({ ...values, sort: undefined })}
        onClear={clear}
      >
        <TextField
          label={t.search}
          description={t.searchNote}
          name="text"
          type="search"
          defaultValue={text}
          maxLength={320}
        />
      </Filters>
      <Answered query={query}>
        {({ customers, next }) =>
          customers.length ? (
            <>
              <Table
                caption={t.title}
                rows={customers}
                keyOf={({ license_id }) => String(license_id)}
                sort={sort ?? 'email'}
                {...(!text && { onSort: (chosen: string) => change({ sort: chosen }) })}
                onOpen={({ license_id }) =>
                  navigate({ to: '/customers/$license', params: { license: String(license_id) } })
                }
                columns={[
                  {
                    key: 'email',
                    heading: t.address,
                    sort: 'email',
                    cell: ({ email, license_id }) => (
                      <Link
                        to="/customers/$license"
                        params={{ license: String(license_id) }}
                        className="text-accent underline"
                      >
                        {email}
                      </Link>
                    ),
                  },
                  { key: 'name', heading: t.name, sort: 'name', cell: ({ name }) => name ?? '–' },
                  {
                    key: 'licenses',
                    heading: t.licenses,
                    sort: 'licenses',
                    isNumber: true,
                    cell: ({ licenses }) => formatNumber(licenses),
                  },
                  {
                    key: 'devices',
                    heading: t.devices,
                    isNumber: true,
                    cell: ({ seats_taken }) => formatNumber(seats_taken),
                  },
                  {
                    key: 'seen',
                    heading: t.lastSeen,
                    sort: 'last_seen_at',
                    cell: ({ last_seen_at }) => (last_seen_at ? <Time at={last_seen_at} isRelative /> : t.never),
                  },
                ]}
              />
              <Paging stack={page} next={next} onChange={(stack) => change({ page: stack })} />
            </>
          ) : (
            <Empty title={isFiltered ? t.nobodyMatches : t.nobody}>
              {text && (
                <Link to={'/licenses' as never} search={{ text } as never} className={buttonClass()}>
                  {t.searchLicenses}
                </Link>
              )}
            </Empty>
          )
        }
      </Answered>
    </Page>
  )
}
