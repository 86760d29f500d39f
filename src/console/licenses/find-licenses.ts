import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type Answer, call, type Input } from '../api/client'
import { useAsk } from '../api/hooks'
import type { LicenseFilterValues } from './filter-names'

type Page = Answer<'GET /licenses'>
export type ListedLicense = Page['licenses'][number]

const rowsPerPage = 50
const callsMax = 40

interface Wanted {
  filters: LicenseFilterValues
  sort: string
  after: string | undefined
}

/** The filters as the server takes them. */
export const inputOf = (filters: LicenseFilterValues) => filters as unknown as Input<'GET /licenses'>

/** A page of the list. The server looks for a tenth of a second at a time; this goes on until the page is full. */
async function findPage({ filters, sort, after }: Wanted, signal: AbortSignal): Promise<Page> {
  const licenses: ListedLicense[] = []
  let next = after ?? null
  for (let calls = 0; calls < callsMax; calls++) {
    const input = {
      ...inputOf(filters),
      sort: sort as never,
      limit: rowsPerPage - licenses.length,
      ...(next && { after: next }),
    }
    const page = await call('GET /licenses', input, { signal })
    licenses.push(...page.licenses)
    next = page.next
    if (!next || licenses.length >= rowsPerPage) break
  }
  return { licenses, next }
}

export const useLicensePage = (wanted: Wanted) =>
  useQuery({
    queryKey: ['GET /licenses', 'page', wanted],
    queryFn: ({ signal }) => findPage(wanted, signal),
    placeholderData: keepPreviousData,
  })

/** How many licences match. */
export const useMatching = (filters: LicenseFilterValues) =>
  useAsk('GET /licenses', { ...inputOf(filters), count: true, limit: 1, fields: ['id'] }).data?.count
