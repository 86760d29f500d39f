import { Link, useNavigate } from '@tanstack/react-router'
import type { Answer } from '../api/client'
import { useAsk } from '../api/hooks'
import { formatNumber } from '../i18n/format'
import { useTexts } from '../i18n/texts'
import { useAddress } from '../parts/address'
import { Answered, Empty } from '../parts/loading'
import { Page } from '../parts/page'
import { cursorOf, Paging } from '../parts/paging'
import { type Column, Table } from '../parts/table'
import { Time } from '../parts/time'
import { bulkTexts } from './texts'

type Run = Answer<'GET /bulk'>['bulk'][number]

/** `/console/bulk`: the bulk changes, newest first. */
export function RunsPage() {
  const t = useTexts(bulkTexts)
  const navigate = useNavigate()
  const { search, change } = useAddress()
  const after = cursorOf(search.page)
  const query = useAsk('GET /bulk', { limit: 50, ...(after && { after }) })
  return (
    <Page title={t.title}>
      <Answered query={query}>
        {({ bulk, next }) =>
          bulk.length ? (
            <>
              <Table
                caption={t.title}
                columns={columnsOf(t)}
                rows={bulk}
                keyOf={({ id }) => String(id)}
                onOpen={({ id }) => navigate({ to: '/bulk/$run', params: { run: String(id) } })}
              />
              <Paging stack={search.page} next={next} onChange={(page) => change({ page })} />
            </>
          ) : (
            <Empty title={t.none} />
          )
        }
      </Answered>
    </Page>
  )
}

const columnsOf = (t: (typeof bulkTexts)['en']): Column<Run>[] => [
  {
    ...{ key: 'what', heading: t.what },
    cell: ({ id, action }) => (
      <Link to="/bulk/$run" params={{ run: String(id) }} className="text-accent underline">
        {t.one(String(id))}: {t[action]}
      </Link>
    ),
  },
  {
    ...{ key: 'changed', heading: t.changedColumn, isNumber: true },
    cell: ({ changed, total }) => `${formatNumber(changed)} / ${formatNumber(total)}`,
  },
  { key: 'refused', heading: t.refusedColumn, isNumber: true, cell: ({ refused }) => formatNumber(refused) },
  { key: 'who', heading: t.who, cell: ({ actor }) => actor },
  { key: 'when', heading: t.when, cell: ({ created_at }) => <Time at={created_at} /> },
]
