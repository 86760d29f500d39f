import { keepPreviousData, QueryClient, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type Answer, call, type Input, type Route } from './client'

/** The routes that only read. */
type ReadRoute = Extract<Route, `GET /${string}`>

export const queryClient = new QueryClient({
  // A server on the same machine or network answers without the internet too; `call` waits for it by itself.
  defaultOptions: {
    queries: { staleTime: 2000, retry: false, networkMode: 'always' },
    mutations: { networkMode: 'always' },
  },
})

interface AskOptions<A> {
  /** Asks again at this interval while the page is visible; the last answer may decide. */
  everyMs?: number | ((answer: A | undefined) => number | undefined) | undefined
  enabled?: boolean
}

/** The answer of a route that reads; the former answer stays visible while a new one is on its way. */
export const useAsk = <R extends ReadRoute>(
  route: R,
  input: Input<R>,
  { everyMs, enabled = true }: AskOptions<Answer<R>> = {},
) =>
  useQuery<Answer<R>>({
    queryKey: [route, input],
    queryFn: ({ signal }) => call(route, input, { signal }),
    placeholderData: keepPreviousData as never,
    refetchInterval: ({ state }) => (typeof everyMs === 'function' ? everyMs(state.data) : everyMs) ?? false,
    enabled,
  })

/** A change; once it is done, everything shown is read again. */
export function useChange<R extends Route>(route: R, onDone?: (answer: Answer<R>) => void) {
  const client = useQueryClient()
  return useMutation<Answer<R>, Error, Input<R>>({
    mutationFn: (input) => call(route, input),
    onSuccess: async (answer) => {
      onDone?.(answer)
      await client.invalidateQueries()
    },
  })
}
