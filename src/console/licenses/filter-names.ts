/** The filters that the address holds. */
export const addressFilters = [
  'product',
  'status',
  'from',
  'to',
  'created_from',
  'created_to',
  'expires_from',
  'expires_to',
  'verified_before',
  'never_activated',
  'full',
  'over_limit',
  'has_note',
  'contract',
  'generator',
] as const

/** The filters that may hold a key or an address: the history of the browser keeps them beside the address. */
export const privateFilters = ['text', 'key', 'owner_email', 'meta'] as const

export const licenseFilterNames = [...addressFilters, ...privateFilters] as const
export type LicenseFilterName = (typeof licenseFilterNames)[number]

/** The filters of the list, as texts. */
export type LicenseFilterValues = { readonly [Name in LicenseFilterName]?: string | undefined }

/** Filters that are on or off. */
export const toggles: readonly LicenseFilterName[] = ['never_activated', 'full', 'over_limit', 'has_note']
