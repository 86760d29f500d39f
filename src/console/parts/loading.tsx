import type { ReactNode } from 'react'
import { useTexts } from '../i18n/texts'
import { ErrorBox } from './error-box'
import { partTexts } from './texts'

export const Loading = () => (
  <p role="status" className="p-4 text-muted">
    {useTexts(partTexts).loading}
  </p>
)

interface Loaded<Data> {
  data: Data | undefined
  error: unknown
  refetch(): unknown
}

/** Shows the answer of a query once it is there; until then that it loads, or why it could not be read. */
export function Answered<Data>({ query, children }: { query: Loaded<Data>; children(data: Data): ReactNode }) {
  if (query.data === undefined) {
    return query.error ? <ErrorBox error={query.error} onRetry={() => query.refetch()} /> : <Loading />
  }
  return (
    <>
      {query.error ? <ErrorBox error={query.error} onRetry={() => query.refetch()} /> : null}
      {children(query.data)}
    </>
  )
}

/** What stands where a list is empty, with the action that helps. */
export const Empty = ({ title, children }: { title: string; children?: ReactNode }) => (
  <div className="flex flex-col items-center gap-3 rounded-md border border-dashed border-line p-8 text-center">
    <p className="text-muted">{title}</p>
    {children}
  </div>
)
