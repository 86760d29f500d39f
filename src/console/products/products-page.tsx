import { Link, useNavigate } from '@tanstack/react-router'
import type { Answer, Input } from '../api/client'
import { useAsk } from '../api/hooks'
import { OperationButton } from '../commands/operation-dialog'
import { useTexts } from '../i18n/texts'
import { useAddress } from '../parts/address'
import { Badge } from '../parts/badge'
import { SelectField, TextField } from '../parts/field'
import { Filters } from '../parts/filters'
import { Answered, Empty } from '../parts/loading'
import { Page } from '../parts/page'
import { cursorOf, Paging } from '../parts/paging'
import { Table } from '../parts/table'
import { Counted } from './counted'
import { productTexts } from './texts'

type Filter = Input<'GET /products'>

/** `/console/products`: the products, and which of them run low. */
export function ProductsPage() {
  const t = useTexts(productTexts)
  const navigate = useNavigate()
  const { search, change, clear, isFiltered } = useAddress('name', 'status', 'source', 'sort')
  const { name, status, source, sort, page } = search
  const query = useAsk('GET /products', {
    ...(name && { name }),
    ...(status && { status: status as 'active' }),
    ...(source && { source: source as 'internal' }),
    ...({ sort: sort ?? 'name', limit: 50, after: cursorOf(page) } satisfies Filter),
  })
  const open = (id: number) => navigate({ to: '/products/$product', params: { product: String(id) } })
  const add = (
    <OperationButton
      command="product create"
      role="operator"
      label={t.add}
      kind="primary"
      onDone={(made) => open((made as Answer<'POST /products'>).id)}
    />
  )
  return (
    <Page title={t.title} actions={add}>
      <Filters state={{ name, status, source }} isFiltered={isFiltered} onApply={change} onClear={clear}>
        <TextField label={t.name} description={t.nameNote} name="name" type="search" defaultValue={name} />
        <SelectField
          label={t.status}
          name="status"
          defaultValue={status ?? ''}
          choices={choicesOf(t.all, 'active', 'inactive')}
        />
        <SelectField
          label={t.source}
          name="source"
          defaultValue={source ?? ''}
          choices={choicesOf(t.all, 'internal', 'envato')}
        />
      </Filters>
      <Answered query={query}>
        {({ products, next }) =>
          products.length ? (
            <>
              <Table
                caption={t.title}
                rows={products}
                keyOf={({ id }) => String(id)}
                sort={sort ?? 'name'}
                onSort={(chosen) => change({ sort: chosen })}
                onOpen={({ id }) => open(id)}
                columns={[
                  {
                    key: 'name',
                    heading: t.name,
                    sort: 'name',
                    cell: ({ id, name: shown }) => (
                      <Link to="/products/$product" params={{ product: String(id) }} className="text-accent underline">
                        {shown}
                      </Link>
                    ),
                  },
                  { key: 'slug', heading: t.slug, cell: ({ slug }) => slug ?? '–' },
                  {
                    key: 'status',
                    heading: t.status,
                    cell: (row) => <Badge tone={row.status === 'active' ? 'good' : 'warn'}>{row.status}</Badge>,
                  },
                  { key: 'source', heading: t.source, cell: (row) => row.source },
                  {
                    key: 'stock',
                    heading: t.forSale,
                    isNumber: true,
                    cell: ({ for_sale, is_low }) => (
                      <>
                        <Counted count={for_sale} /> {is_low && <Badge tone="bad">{t.low}</Badge>}
                      </>
                    ),
                  },
                ]}
              />
              <Paging stack={page} next={next} onChange={(stack) => change({ page: stack })} />
            </>
          ) : (
            <Empty title={isFiltered ? t.noneMatches : t.none}>{!isFiltered && add}</Empty>
          )
        }
      </Answered>
    </Page>
  )
}

const choicesOf = (all: string, ...words: string[]) => [
  { value: '', label: all },
  ...words.map((word) => ({ value: word, label: word })),
]
