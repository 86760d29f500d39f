import { Link, useNavigate } from '@tanstack/react-router'
import type { Input } from '../api/client'
import { useAsk } from '../api/hooks'
import { useMay } from '../api/session'
import { formatBytes } from '../i18n/bytes'
import { formatNumber } from '../i18n/format'
import { useTexts } from '../i18n/texts'
import { useAddress } from '../parts/address'
import { buttonClass } from '../parts/button'
import { SelectField } from '../parts/field'
import { Filters } from '../parts/filters'
import { Answered, Empty } from '../parts/loading'
import { Page } from '../parts/page'
import { cursorOf, Paging } from '../parts/paging'
import { type Column, Table } from '../parts/table'
import { Time } from '../parts/time'
import { ProductField } from '../products/product-field'
import { useNameOfProduct } from '../products/product-names'
import { isoDate, type Release, ReleaseBadge } from './release-parts'
import { releaseTexts } from './texts'

const rowsPerPage = 50

/** `/console/releases`: the files that customers download, by version. */
export function ReleasesPage() {
  const t = useTexts(releaseTexts)
  const navigate = useNavigate()
  const { search, change, clear, isFiltered } = useAddress('product', 'state')
  const { page, ...filters } = search
  const nameOf = useNameOfProduct()
  const after = cursorOf(page)
  const query = useAsk('GET /releases', {
    ...filters,
    limit: rowsPerPage,
    ...(after && { after }),
  } as unknown as Input<'GET /releases'>)
  return (
    <Page title={t.title} actions={<AddLink product={search.product} />}>
      <Filters state={filters} isFiltered={isFiltered} onApply={change} onClear={clear}>
        <ProductField label={t.product} chosen={search.product} all={t.any} />
        <SelectField
          label={t.state}
          name="state"
          defaultValue={search.state}
          choices={[
            { value: '', label: t.any },
            { value: 'published', label: t.published },
            { value: 'draft', label: t.draft },
          ]}
        />
      </Filters>
      <Answered query={query}>
        {({ releases, next }) =>
          releases.length ? (
            <>
              <Table
                caption={t.title}
                columns={columnsOf(t, nameOf)}
                rows={releases}
                keyOf={({ id }) => String(id)}
                onOpen={({ id }) => navigate({ to: '/releases/$release', params: { release: String(id) } })}
              />
              <Paging stack={page} next={next} onChange={(stack) => change({ page: stack })} />
            </>
          ) : (
            <Empty title={isFiltered ? t.noMatch : t.none}>{!isFiltered && <AddLink product={undefined} />}</Empty>
          )
        }
      </Answered>
    </Page>
  )
}

function AddLink({ product }: { product: string | undefined }) {
  const t = useTexts(releaseTexts)
  if (!useMay('operator')) return null
  return (
    <Link to="/releases/new" search={product ? { product } : {}} className={buttonClass('primary')}>
      {t.add}
    </Link>
  )
}

const columnsOf = (t: (typeof releaseTexts)['en'], nameOf: (id: number) => string): Column<Release>[] => [
  {
    key: 'version',
    heading: t.version,
    cell: ({ id, version }) => (
      <Link to="/releases/$release" params={{ release: String(id) }} className="text-accent underline">
        {version}
      </Link>
    ),
  },
  { key: 'product', heading: t.product, cell: (release) => nameOf(release.product_id) },
  { key: 'number', heading: t.number, isNumber: true, cell: (release) => String(release.numeric_version) },
  { key: 'state', heading: t.state, cell: (release) => <ReleaseBadge release={release} /> },
  { key: 'date', heading: t.date, cell: (release) => <Time at={isoDate(release.release_date)} /> },
  { key: 'downloads', heading: t.downloads, isNumber: true, cell: (each) => formatNumber(each.download_counter) },
  { key: 'size', heading: t.size, isNumber: true, cell: (release) => formatBytes(release.file_size) },
  { key: 'file', heading: t.file, cell: (release) => release.file_name },
]
