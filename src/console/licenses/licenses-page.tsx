import { Link } from '@tanstack/react-router'
import { basePath } from '../api/base-path'
import { useMay } from '../api/session'
import { formatNumber } from '../i18n/format'
import { useTexts } from '../i18n/texts'
import { Button, buttonClass } from '../parts/button'
import { Answered, Empty } from '../parts/loading'
import { Page } from '../parts/page'
import { cursorOf, Paging } from '../parts/paging'
import { partTexts } from '../parts/texts'
import { ColumnMenu } from './column-menu'
import { FilterBar } from './filter-bar'
import type { LicenseFilterValues } from './filter-names'
import { useLicenseFilters } from './filters'
import { useLicensePage, useMatching } from './find-licenses'
import { LicenseRows } from './license-rows'
import { licenseListTexts } from './texts'

/** `/console/licenses`: find licences, and do something with many. */
export function LicensesPage() {
  const t = useTexts(licenseListTexts)
  const address = useLicenseFilters()
  const { filters, sort, page, isFiltered } = address
  const mayChange = useMay('operator')
  const query = useLicensePage({ filters, sort, after: cursorOf(page) })
  return (
    <Page
      title={t.title}
      actions={
        <>
          {mayChange && (
            <Link to="/licenses/new" className={buttonClass('primary')}>
              {t.issue}
            </Link>
          )}
          <a className={buttonClass()} href={exportOf(filters, sort)} download>
            {t.export}
          </a>
          <ColumnMenu />
          <Link to="/bulk" className={buttonClass('quiet')}>
            {t.history}
          </Link>
        </>
      }
    >
      <FilterBar address={address} />
      <Matching filters={filters} isFiltered={isFiltered} />
      <Answered query={query}>
        {({ licenses, next }) => (
          <>
            {licenses.length ? (
              <LicenseRows
                key={JSON.stringify([filters, sort])}
                licenses={licenses}
                address={address}
                canChoose={mayChange}
              />
            ) : (
              <Nothing address={address} isAll={!next} mayIssue={mayChange} />
            )}
            <Paging stack={page} next={next} onChange={address.turnTo} />
          </>
        )}
      </Answered>
    </Page>
  )
}

/** The address of everything that the filters match, as CSV. */
function exportOf(filters: LicenseFilterValues, sort: string) {
  const given = Object.entries({ ...filters, sort }).filter((entry): entry is [string, string] => Boolean(entry[1]))
  return `${basePath}/admin/api/licenses?${new URLSearchParams([['format', 'csv'], ...given])}`
}

function Matching({ filters, isFiltered }: { filters: LicenseFilterValues; isFiltered: boolean }) {
  const t = useTexts(licenseListTexts)
  const count = useMatching(filters)
  if (!count) return null
  const shown = `${formatNumber(count.at_least)}${count.is_exact ? '' : '+'}`
  return (
    <p role="status" className="text-sm text-muted">
      {isFiltered ? t.matching(shown) : t.all(shown)}
    </p>
  )
}

interface NothingProps {
  address: ReturnType<typeof useLicenseFilters>
  /** Whether all licences were looked through. */
  isAll: boolean
  mayIssue: boolean
}

function Nothing({ address, isAll, mayIssue }: NothingProps) {
  const t = useTexts(licenseListTexts)
  const parts = useTexts(partTexts)
  if (!isAll) return <Empty title={t.notYet} />
  if (address.isFiltered) {
    return (
      <Empty title={t.noMatch}>
        <Button onClick={() => address.show({})}>{parts.clearFilters}</Button>
      </Empty>
    )
  }
  return (
    <Empty title={t.none}>
      {mayIssue && (
        <Link to="/licenses/new" className={buttonClass('primary')}>
          {t.issue}
        </Link>
      )}
    </Empty>
  )
}
