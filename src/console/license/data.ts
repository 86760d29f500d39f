import { useNavigate, useSearch } from '@tanstack/react-router'
import type { Answer } from '../api/client'
import { useAsk } from '../api/hooks'
import type { LicenseSearch } from './routes'

export type LicenseDetails = Answer<'GET /licenses/:license_key'>
export type SeatDetails = LicenseDetails['activations'][number]
export type HistoryEntry = LicenseDetails['history'][number]

/** How often the page asks again while it is open. */
export const refreshMs = 15_000

/** How the console names a licence to the server: no key stands in an address. */
export const referenceOf = ({ id }: { id: number | string }) => `id:${id}`

export const licenseInput = (license: { id: number | string }) => ({ license_key: referenceOf(license) })

export const useLicense = (id: string) =>
  useAsk('GET /licenses/:license_key', licenseInput({ id }), { everyMs: refreshMs })

/** The part of the address that says what is chosen and open, and a way to change it. */
export function useLicenseSearch() {
  const search = useSearch({ strict: false }) as LicenseSearch
  const navigate = useNavigate()
  const change = (changes: LicenseSearch) =>
    navigate({
      to: '.',
      search: ((before: LicenseSearch) => ({ ...before, ...changes })) as never,
      replace: true,
      resetScroll: false,
    })
  return { search, change }
}
