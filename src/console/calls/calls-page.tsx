import { useNavigate, useSearch } from '@tanstack/react-router'
import { basePath } from '../api/base-path'
import { useAsk } from '../api/hooks'
import { useTexts } from '../i18n/texts'
import { Button, buttonClass } from '../parts/button'
import { Answered, Empty } from '../parts/loading'
import { Page } from '../parts/page'
import { cursorOf, Paging } from '../parts/paging'
import { partTexts } from '../parts/texts'
import { CallDetails } from './call-details'
import { CallFilters } from './call-filters'
import { CallTable } from './call-table'
import { useLiveCalls } from './live'
import { type CallSearch, filtersOf, hasFilters } from './search'
import { callTexts } from './texts'

const shown = 50

/** What software asked and what it was answered. */
export function CallsPage() {
  const t = useTexts(callTexts)
  const search: CallSearch = useSearch({ from: '/calls' })
  const navigate = useNavigate()
  const go = (next: CallSearch, isStep = true) => navigate({ to: '/calls', search: next, replace: !isStep })
  // The list stays where it is behind the details.
  const show = (call: number | undefined) => navigate({ to: '/calls', search: { ...search, call }, resetScroll: false })
  const filters = filtersOf(search)
  const page = useAsk('GET /calls', { ...filters, limit: shown, after: cursorOf(search.pages) })
  const isLive = search.live === true && !search.pages
  const live = useLiveCalls(filters, page.data?.calls, isLive)
  return (
    <Page
      title={t.title}
      actions={
        <>
          <Button
            role="switch"
            aria-checked={isLive}
            kind={isLive ? 'primary' : 'plain'}
            onClick={() => go({ ...search, live: isLive ? undefined : true, pages: undefined })}
          >
            {t.live}
          </Button>
          <a className={buttonClass()} href={csvAddress(search)} download="calls.csv">
            {t.csv}
          </a>
        </>
      }
    >
      <CallFilters key={JSON.stringify(filters)} search={search} error={page.error} onChange={go} />
      {isLive && (
        <p role="status" className="text-sm text-muted">
          {t.liveOn}
        </p>
      )}
      <Answered query={isLive && live.error ? { ...page, error: live.error } : page}>
        {({ calls, next }) => {
          const rows = isLive ? (live.calls ?? calls) : calls
          return rows.length ? (
            <>
              <CallTable calls={rows} search={search} onOpen={({ id }) => show(id)} />
              {!isLive && <Paging stack={search.pages} next={next} onChange={(pages) => go({ ...search, pages })} />}
            </>
          ) : (
            <NoCalls isFiltered={hasFilters(search)} onClear={() => go({})} />
          )
        }}
      </Answered>
      {search.call !== undefined && <CallDetails id={search.call} search={search} onClose={() => show(undefined)} />}
    </Page>
  )
}

function NoCalls({ isFiltered, onClear }: { isFiltered: boolean; onClear(): void }) {
  const [t, parts] = [useTexts(callTexts), useTexts(partTexts)]
  if (!isFiltered) return <Empty title={t.nothing} />
  return (
    <Empty title={t.nothingMatches}>
      <Button onClick={onClear}>{parts.clearFilters}</Button>
    </Empty>
  )
}

/** The whole list that is filtered, as a file. */
function csvAddress(search: CallSearch) {
  const query = new URLSearchParams({ format: 'csv' })
  for (const [name, value] of Object.entries(filtersOf(search))) query.set(name, String(value))
  return `${basePath}/admin/api/calls?${query}`
}
