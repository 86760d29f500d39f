import { useSearch } from '@tanstack/react-router'
import { type CallSearch, callSearch } from './search'

/** The search in the address of the page. */
export const useCallSearch = (): CallSearch => callSearch(useSearch({ strict: false }) as Record<string, unknown>)
