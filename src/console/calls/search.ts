import type { Input } from '../api/client'
import type { CursorStack } from '../parts/paging'

/** The filters that a user enters. */
export const enteredNames = ['code', 'route', 'api_key', 'address', 'device', 'request_id', 'from', 'to'] as const
/** Those, and a licence, which a link names by its id: no key stands in an address. */
export const filterNames = ['license', ...enteredNames] as const
export type FilterName = (typeof filterNames)[number]

export interface CallSearch extends Partial<Record<FilterName, string | undefined>> {
  failed?: true | undefined
  live?: true | undefined
  /** The call whose details are open. */
  call?: number | undefined
  pages?: CursorStack
}

/** The search of an address; anything else in it is dropped. */
export function callSearch(given: Record<string, unknown>): CallSearch {
  const texts = filterNames.flatMap((name) => {
    const value = given[name]
    const isKey = name === 'license' && !/^id:\d+$/.test(String(value))
    return value === undefined || value === '' || isKey ? [] : [[name, String(value)]]
  })
  return {
    ...Object.fromEntries(texts),
    ...(isOn(given.failed) && { failed: true }),
    ...(isOn(given.live) && { live: true }),
    ...(Number(given.call) > 0 && { call: Number(given.call) }),
    ...(typeof given.pages === 'string' && given.pages && { pages: given.pages }),
  }
}

const isOn = (value: unknown) => value === true || value === 'true'

type CallFilters = Pick<Input<'GET /calls'>, FilterName | 'failed'>

/** The filters as the server takes them. */
export function filtersOf(search: CallSearch): CallFilters {
  const { code, route, failed } = search
  const rest = Object.fromEntries(
    filterNames
      .filter((name) => name !== 'code' && name !== 'route' && search[name] !== undefined)
      .map((name) => [name, search[name]]),
  )
  return {
    ...rest,
    ...(code && { code: listOf(code) as NonNullable<CallFilters['code']> }),
    ...(route && { route: listOf(route) }),
    ...(failed && { failed }),
  }
}

const listOf = (text: string) =>
  text
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean)

/** Another search; the pages begin anew. */
export const changed = ({ pages: _, call: __, ...search }: CallSearch, change: CallSearch): CallSearch =>
  callSearch({ ...search, ...change })

export const hasFilters = (search: CallSearch) =>
  search.failed === true || filterNames.some((name) => search[name] !== undefined)
