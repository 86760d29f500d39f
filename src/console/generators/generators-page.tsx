import { Link, useNavigate } from '@tanstack/react-router'
import { useAsk } from '../api/hooks'
import { useMay } from '../api/session'
import { formatNumber } from '../i18n/format'
import { useTexts } from '../i18n/texts'
import { useAddress } from '../parts/address'
import { Badge } from '../parts/badge'
import { buttonClass } from '../parts/button'
import { SelectField } from '../parts/field'
import { Filters } from '../parts/filters'
import { Answered, Empty } from '../parts/loading'
import { Page } from '../parts/page'
import { cursorOf, Paging } from '../parts/paging'
import { Table } from '../parts/table'
import { ProductField } from '../products/product-field'
import { useNameOfProduct } from '../products/product-names'
import { shortOf } from './format'
import { SwitchButton } from './switch-button'
import { generatorTexts } from './texts'

/** `/console/generators`: what makes the keys of each product. */
export function GeneratorsPage() {
  const t = useTexts(generatorTexts)
  const navigate = useNavigate()
  const nameOf = useNameOfProduct()
  const mayCreate = useMay('operator')
  const { search, change, clear, isFiltered } = useAddress('product', 'state')
  const { product, state, page } = search
  const query = useAsk('GET /generators', {
    ...(product && { product }),
    ...(state && { state: state as 'active' }),
    limit: 50,
    after: cursorOf(page),
  })
  const add = mayCreate && (
    <Link to="/generators/new" search={product ? { product } : {}} className={buttonClass('primary')}>
      {t.add}
    </Link>
  )
  return (
    <Page title={t.title} actions={add}>
      <Filters state={{ product, state }} isFiltered={isFiltered} onApply={change} onClear={clear}>
        <ProductField label={t.product} chosen={product} all={t.all} />
        <SelectField
          label={t.state}
          name="state"
          defaultValue={state ?? ''}
          choices={[
            { value: '', label: t.all },
            { value: 'active', label: t.active },
            { value: 'disabled', label: t.disabled },
          ]}
        />
      </Filters>
      <Answered query={query}>
        {({ generators, next }) =>
          generators.length ? (
            <>
              <Table
                caption={t.title}
                rows={generators}
                keyOf={({ id }) => String(id)}
                onOpen={({ id }) => navigate({ to: '/generators/$generator', params: { generator: String(id) } })}
                columns={[
                  {
                    key: 'look',
                    heading: t.keysLook,
                    cell: (generator) => (
                      <Link
                        to="/generators/$generator"
                        params={{ generator: String(generator.id) }}
                        className="text-accent underline"
                      >
                        {shortOf(generator)}
                      </Link>
                    ),
                  },
                  { key: 'product', heading: t.product, cell: ({ product_id }) => nameOf(product_id) },
                  {
                    key: 'seats',
                    heading: t.seats,
                    cell: ({ activation_limit: seats }) => (seats > 0 ? formatNumber(seats) : t.unlimited),
                  },
                  {
                    key: 'days',
                    heading: t.days,
                    cell: ({ validity }) => (validity > 0 ? formatNumber(validity) : t.forEver),
                  },
                  {
                    key: 'state',
                    heading: t.state,
                    cell: (generator) => (
                      <span className="flex flex-wrap items-center gap-2">
                        <Badge tone={generator.status ? 'good' : 'warn'}>
                          {generator.status ? t.active : t.disabled}
                        </Badge>
                        <SwitchButton generator={generator} />
                      </span>
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
