import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type Answer, call, type Input } from '../api/client'

export type Call = Answer<'GET /calls'>['calls'][number]

const everyMs = 5000
const atOnceMax = 200
/** More rows than anybody reads would slow the page. */
const shownMax = 500

/** The calls of a first page and what has come since, newest first. Asks while the page is visible. */
export function useLiveCalls(filters: Input<'GET /calls'>, first: readonly Call[] | undefined, isLive: boolean) {
  const client = useQueryClient()
  const key = ['live calls', filters]
  const query = useQuery<Call[]>({
    queryKey: key,
    enabled: isLive && first !== undefined,
    refetchInterval: everyMs,
    queryFn: async ({ signal }) => {
      const known = client.getQueryData<Call[]>(key) ?? [...(first ?? [])]
      const since = known[0]?.id ?? 0
      const { calls } = await call('GET /calls', { ...filters, since, limit: atOnceMax }, { signal })
      return [...calls, ...known].slice(0, shownMax)
    },
  })
  return { calls: query.data, error: query.error }
}
