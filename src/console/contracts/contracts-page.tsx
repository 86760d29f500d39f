import { Link, useNavigate } from '@tanstack/react-router'
import type { Answer } from '../api/client'
import { useAsk } from '../api/hooks'
import { OperationButton } from '../commands/operation-dialog'
import { useTexts } from '../i18n/texts'
import { useAddress } from '../parts/address'
import { Badge } from '../parts/badge'
import { SelectField } from '../parts/field'
import { Filters } from '../parts/filters'
import { Answered, Empty } from '../parts/loading'
import { Page } from '../parts/page'
import { cursorOf, Paging } from '../parts/paging'
import { Table } from '../parts/table'
import { ProductField } from '../products/product-field'
import { useNameOfProduct } from '../products/product-names'
import { Quota, usePermissions } from './quota'
import { contractTexts } from './texts'

/** `/console/contracts`: the contracts, and how much of each quota is used. */
export function ContractsPage() {
  const t = useTexts(contractTexts)
  const navigate = useNavigate()
  const nameOf = useNameOfProduct()
  const permissionsOf = usePermissions()
  const { search, change, clear, isFiltered } = useAddress('product', 'status', 'sort')
  const { product, status, sort, page } = search
  const query = useAsk('GET /contracts', {
    ...(product && { product }),
    ...(status && { status: status as 'active' }),
    sort: sort ?? 'name',
    limit: 50,
    after: cursorOf(page),
  })
  const open = (id: number) => navigate({ to: '/contracts/$contract', params: { contract: String(id) } })
  const add = (
    <OperationButton
      command="contract create"
      role="operator"
      label={t.add}
      kind="primary"
      onDone={(made) => open((made as Answer<'POST /contracts'>).id)}
    />
  )
  return (
    <Page title={t.title} actions={add}>
      <p className="text-muted">{t.note}</p>
      <Filters state={{ product, status }} isFiltered={isFiltered} onApply={change} onClear={clear}>
        <ProductField label={t.product} chosen={product} all={t.all} />
        <SelectField
          label={t.status}
          name="status"
          defaultValue={status ?? ''}
          choices={[{ value: '', label: t.all }, ...['active', 'inactive'].map((value) => ({ value, label: value }))]}
        />
      </Filters>
      <Answered query={query}>
        {({ contracts, next }) =>
          contracts.length ? (
            <>
              <Table
                caption={t.title}
                rows={contracts}
                keyOf={({ id }) => String(id)}
                sort={sort ?? 'name'}
                onSort={(chosen) => change({ sort: chosen })}
                onOpen={({ id }) => open(id)}
                columns={[
                  {
                    key: 'name',
                    heading: t.name,
                    sort: 'name',
                    cell: ({ id, name }) => (
                      <Link
                        to="/contracts/$contract"
                        params={{ contract: String(id) }}
                        className="text-accent underline"
                      >
                        {name}
                      </Link>
                    ),
                  },
                  { key: 'product', heading: t.product, cell: ({ product_id }) => nameOf(product_id) },
                  { key: 'quota', heading: t.quota, cell: (contract) => <Quota contract={contract} /> },
                  { key: 'may', heading: t.holderMay, cell: permissionsOf },
                  {
                    key: 'status',
                    heading: t.status,
                    cell: (row) => <Badge tone={row.status === 'active' ? 'good' : 'warn'}>{row.status}</Badge>,
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
