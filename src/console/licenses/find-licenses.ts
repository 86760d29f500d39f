import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type Answer, call, type Input } from '../api/client'
import { fullPage } from '../api/full-page'
import { useAsk } from '../api/hooks'
import type { LicenseFilterValues } from './filter-names'

type Page = Answer<'GET /licenses'>
export type ListedLicense = Page['licenses'][number]

const rowsPerPage = 50

interface Wanted {
  filters: LicenseFilterValues
  sort: string
  after: string | undefined
}

/** The filters as the server takes them. */
export const inputOf = (filters: LicenseFilterValues) => filters as unknown as Input<'GET /licenses'>

async function findPage({ filters, sort, after }: Wanted, signal: AbortSignal): Promise<Page> {
  const given = { ...inputOf(filters), sort: sort as never }
  const { rows, next } = await fullPage<ListedLicense>(
    async (part) => {
      const page = await call('GET /licenses', { ...given, ...part }, { signal })
      return { rows: page.licenses, next: page.next }
    },
    { after, limit: rowsPerPage },
  )
  return { licenses: rows, next }
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
