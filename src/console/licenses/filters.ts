import { useNavigate, useRouterState, useSearch } from '@tanstack/react-router'
import { useEffect } from 'react'
import { searchOf } from '../parts/address'
import { addressFilters, type LicenseFilterValues, licenseFilterNames, privateFilters } from './filter-names'

declare module '@tanstack/react-router' {
  interface HistoryState {
    licenseFilters?: LicenseFilterValues
  }
}

const knownInAddress = searchOf(...addressFilters, 'sort', 'page')
const privateOf = searchOf(...privateFilters)

/** The filters, the order and the page of the list, and how to change them. */
export function useLicenseFilters() {
  const navigate = useNavigate()
  const given = useSearch({ strict: false }) as Record<string, unknown>
  const kept = useRouterState({ select: ({ location }) => location.state.licenseFilters })
  const { sort, page, ...inAddress } = knownInAddress(given)
  const filters: LicenseFilterValues = { ...inAddress, ...privateOf({ ...kept }) }

  function go(
    all: LicenseFilterValues,
    { sort, page, replace = false }: { sort?: string | undefined; page?: string | undefined; replace?: boolean },
  ) {
    return navigate({
      to: '.',
      search: knownInAddress({ ...all, sort, page }) as never,
      state: { licenseFilters: privateOf({ ...all }) },
      replace,
    })
  }

  // A link from another page may bring a text; it does not stay in the address.
  const brought = given.text
  useEffect(() => {
    if (brought) go({ ...filters, text: String(brought) }, { sort, replace: true })
  })

  return {
    filters,
    sort: sort ?? '-id',
    page,
    isFiltered: licenseFilterNames.some((name) => filters[name] !== undefined),
    change: (changes: LicenseFilterValues) => go({ ...filters, ...changes }, { sort }),
    show: (only: LicenseFilterValues, order?: string) => go(only, { sort: order }),
    sortBy: (order: string) => go(filters, { sort: order }),
    turnTo: (stack: string | undefined) => go(filters, { sort, page: stack }),
  }
}
