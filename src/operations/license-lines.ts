import type { Static } from '@sinclair/typebox'
import type { LicensePageView, ListedLicenseView } from '../features/support/license-view'
import { facts, minute, minuteUtc, table } from './lines'

export type ListedLicense = Static<typeof ListedLicenseView>
type Page = Static<typeof LicensePageView>

/** The support page of a licence. */
export const licenseLines = (page: Page) => [
  `${page.license_key}: ${page.summary}.`,
  '',
  ...facts({
    state: page.state,
    owner: [page.owner_name, page.owner_email].filter(Boolean).join(' · '),
    product: `${page.product.id} "${page.product.name}"`,
    assigned: page.assigned_at && minuteUtc(page.assigned_at),
    ends: page.expires_at && minuteUtc(page.expires_at),
    ...(page.block_reason && { 'blocked because': page.block_reason }),
    ...(page.replaced_by && { 'replaced by': page.replaced_by }),
    features: Object.entries(page.features).map(([key, value]) => `${key} = ${value}`),
    metadata: page.meta_data.map(({ key, value }) => `${key} = ${value}`),
    contract: page.contract_id,
    generator: page.generator_id,
    made: minuteUtc(page.created_at),
  }),
  '',
  ...table(
    ['DEVICE', 'SEAT', 'SINCE (UTC)', 'LAST VERIFIED', 'ADDRESS'],
    page.activations.map((seat) => [
      seat.identifier,
      seat.status === 'active' ? 'taken' : `freed ${minute(seat.deactivated_at!)}`,
      minute(seat.activated_at),
      seat.last_verified_at ? minute(seat.last_verified_at) : 'never',
      seat.ip || '–',
    ]),
    'No device has taken a seat.',
  ),
  '',
  ...table(
    ['AT (UTC)', 'WHO', 'ACTION', 'CHANGES'],
    page.history.map(({ at, actor, verb, before, after }) => [minute(at), actor, verb, changeOf(before, after)]),
    'Nothing is on record.',
    ['CHANGES'],
  ),
]

/** `validity 365 → 730, status assigned`: the new values, with the old ones if there were any. */
function changeOf(before: Record<string, unknown> | null, after: Record<string, unknown> | null) {
  if (before && after) {
    return Object.entries(after)
      .map(([name, value]) => `${name} ${shown(before[name])} → ${shown(value)}`)
      .join(', ')
  }
  return Object.entries(after ?? before ?? {})
    .filter(([, value]) => value !== null && value !== '')
    .map(([name, value]) => `${name} ${shown(value)}`)
    .join(', ')
}

const shown = (value: unknown) => (typeof value === 'string' ? value || '–' : (JSON.stringify(value) ?? '–'))
