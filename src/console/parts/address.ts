import { useNavigate, useSearch } from '@tanstack/react-router'

/** The parts of an address's search that a page knows, as texts; for `validateSearch`. */
export const searchOf =
  <const Name extends string>(...names: Name[]) =>
  (search: Record<string, unknown>): { [Each in Name]?: string } =>
    Object.fromEntries(
      names.flatMap((name) => {
        const value = search[name]
        return value === undefined || value === null || value === '' ? [] : [[name, String(value)]]
      }),
    ) as { [Each in Name]?: string }

type Search<Name extends string> = { [Each in Name | 'page']?: string }

/**
 * What the address says of a list, and how to change it; a change of filters returns to the first page. Each name but
 * `sort` is a filter.
 */
export function useAddress<const Name extends string>(...names: Name[]) {
  const known = searchOf<Name | 'page'>(...names, 'page')
  const search: Search<Name> = known(useSearch({ strict: false }) as Record<string, unknown>)
  const navigate = useNavigate()
  return {
    search,
    change: (changes: { readonly [Each in Name | 'page']?: string | undefined }) =>
      navigate({ to: '.', search: known({ ...search, page: undefined, ...changes }) as never }),
    clear: () => navigate({ to: '.', search: {} as never }),
    isFiltered: Object.keys(search).some((name) => name !== 'page' && name !== 'sort'),
  }
}
