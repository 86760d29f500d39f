import { useQueryClient } from '@tanstack/react-query'
import { formatNumber } from '../i18n/format'
import { useTexts } from '../i18n/texts'
import { StateBadge } from '../license/state-badge'
import { LicenseLink } from '../parts/license-link'
import type { Column } from '../parts/table'
import { Time } from '../parts/time'
import { useChangePreferences, usePreferences } from '../preferences/preferences'
import type { ListedLicense } from './find-licenses'
import { licenseListTexts } from './texts'

const usualColumns: readonly string[] = ['license_key', 'product', 'state', 'seats', 'expires_at', 'owner']

/** Every column that the list may have. */
export function useLicenseColumns(): readonly Column<ListedLicense>[] {
  const t = useTexts(licenseListTexts)
  return [
    {
      ...{ key: 'license_key', heading: t.licenseKey, sort: 'license_key' },
      cell: ({ id, license_key }) => <LicenseLink id={id} text={license_key} />,
    },
    { key: 'product', heading: t.product, cell: ({ product_name }) => product_name },
    { key: 'state', heading: t.state, cell: ({ state }) => <StateBadge state={state} /> },
    {
      ...{ key: 'seats', heading: t.seats, isNumber: true },
      cell: ({ seats_taken: taken, activation_limit: limit }) =>
        limit > 0 ? t.seatsOf(formatNumber(taken), formatNumber(limit)) : formatNumber(taken),
    },
    {
      ...{ key: 'expires_at', heading: t.ends, sort: 'expires_at' },
      cell: ({ expires_at: at }) => (at ? <Time at={at} /> : t.never),
    },
    {
      ...{ key: 'owner', heading: t.owner, sort: 'owner_email' },
      cell: ({ owner_name, owner_email }) => <>{[owner_name, owner_email].filter(Boolean).join(' · ')}</>,
    },
    { key: 'assigned_at', heading: t.assigned, cell: ({ assigned_at }) => <Time at={assigned_at} /> },
    { key: 'created_at', heading: t.created, sort: 'created_at', cell: ({ created_at }) => <Time at={created_at} /> },
    {
      ...{ key: 'last_verified_at', heading: t.verified },
      cell: ({ last_verified_at: at }) => (at ? <Time at={at} isRelative /> : t.never),
    },
    { key: 'validity', heading: t.validity, isNumber: true, cell: ({ validity }) => formatNumber(validity) },
    { key: 'contract', heading: t.contract, cell: ({ contract_id }) => contract_id },
    { key: 'generator', heading: t.generator, cell: ({ generator_id }) => generator_id },
    { key: 'block_reason', heading: t.blockReason, cell: ({ block_reason }) => block_reason },
  ]
}

const listName = 'licenses'

/** The keys of the columns that the user has chosen, and how to choose others; the server keeps them. */
export function useChosenColumns() {
  const client = useQueryClient()
  const { data } = usePreferences()
  const change = useChangePreferences()
  const columns = data?.columns ?? {}
  const chosen = columns[listName] ?? usualColumns
  function choose(keys: readonly string[] | undefined) {
    const { [listName]: _, ...others } = columns
    const all = keys ? { ...others, [listName]: [...keys] } : others
    client.setQueryData(['GET /session/preferences', {}], data && { ...data, columns: all })
    change.mutate({ columns: JSON.stringify(all) })
  }
  return { chosen, choose }
}
