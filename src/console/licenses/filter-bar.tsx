import { X } from 'lucide-react'
import type { FormEvent } from 'react'
import { useTexts } from '../i18n/texts'
import { stateTexts } from '../license/state-texts'
import { Button, buttonClass } from '../parts/button'
import { CheckboxField, SelectField, TextField } from '../parts/field'
import { partTexts } from '../parts/texts'
import { ProductField } from '../products/product-field'
import { type LicenseFilterName, type LicenseFilterValues, licenseFilterNames, toggles } from './filter-names'
import type { useLicenseFilters } from './filters'
import { licenseListTexts } from './texts'

type Address = ReturnType<typeof useLicenseFilters>

const states = ['available', 'reserved', 'assigned', 'active', 'expired', 'blocked', 'revoked'] as const
const dates = [
  'expires_from',
  'expires_to',
  'from',
  'to',
  'created_from',
  'created_to',
  'verified_before',
] as const satisfies LicenseFilterName[]

/** The month so many months from now, in UTC, as the statistics count it. */
function month(offset: number) {
  const now = new Date()
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + offset)).toISOString().slice(0, 7)
}

/** Presets, the filters that are on, and the form of all of them. */
export function FilterBar({ address }: { address: Address }) {
  const t = useTexts(licenseListTexts)
  const presets: [label: string, filters: LicenseFilterValues, sort?: string][] = [
    [t.expiring, { expires_from: '0d', expires_to: '+14d' }, 'expires_at'],
    [t.neverActivated, { never_activated: '1' }],
    [t.dormant, { verified_before: '90d' }],
    [t.isFull, { full: '1' }],
    [t.overLimit, { over_limit: '1' }],
    [t.soldThisMonth, { from: month(0), to: month(0) }],
    [t.soldLastMonth, { from: month(-1), to: month(-1) }],
  ]
  return (
    <div className="no-print flex flex-col gap-3">
      <nav aria-label={t.presets} className="flex flex-wrap gap-2">
        {presets.map(([label, filters, sort]) => (
          <Button key={label} onClick={() => address.show(filters, sort)}>
            {label}
          </Button>
        ))}
      </nav>
      <Chips address={address} />
      <details className="rounded-lg border border-line bg-card p-3">
        <summary className="font-medium">{t.filters}</summary>
        <FilterForm key={JSON.stringify(address.filters)} address={address} />
      </details>
    </div>
  )
}

function Chips({ address: { filters, change, show } }: { address: Address }) {
  const t = useTexts(licenseListTexts)
  const parts = useTexts(partTexts)
  const on = licenseFilterNames.filter((name) => filters[name] !== undefined)
  if (!on.length) return null
  return (
    <ul className="flex flex-wrap gap-2">
      {on.map((name) => (
        <li
          key={name}
          className="flex items-center gap-1 rounded-full border border-line bg-card py-0.5 pr-1 pl-3 text-sm"
        >
          <span>
            {t[name]}: {toggles.includes(name) ? t.on : filters[name]}
          </span>
          <button
            type="button"
            aria-label={t.removeFilter(t[name])}
            className="rounded-full p-1"
            onClick={() => change({ [name]: undefined })}
          >
            <X aria-hidden size={16} />
          </button>
        </li>
      ))}
      <li>
        <Button kind="quiet" onClick={() => show({})}>
          {parts.clearFilters}
        </Button>
      </li>
    </ul>
  )
}

function FilterForm({ address: { filters, change } }: { address: Address }) {
  const t = useTexts(licenseListTexts)
  const stateWords = useTexts(stateTexts)
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const given = new FormData(event.currentTarget)
    change(
      Object.fromEntries(licenseFilterNames.map((name) => [name, String(given.get(name) ?? '').trim() || undefined])),
    )
  }
  return (
    <form onSubmit={submit} className="mt-3 grid grid-cols-1 items-end gap-3 sm:grid-cols-2 lg:grid-cols-4">
      <TextField label={t.text} name="text" type="search" defaultValue={filters.text} />
      <ProductField label={t.product} chosen={filters.product} all={t.any} />
      <SelectField
        label={t.status}
        name="status"
        defaultValue={filters.status}
        choices={[
          { value: '', label: t.any },
          ...states.map((state) => ({ value: state, label: stateWords[`state_${state}`] })),
        ]}
      />
      <TextField label={t.key} name="key" defaultValue={filters.key} />
      <TextField label={t.owner_email} name="owner_email" defaultValue={filters.owner_email} />
      <TextField label={t.meta} name="meta" description={t.metaNote} defaultValue={filters.meta} />
      <TextField label={t.contract} name="contract" defaultValue={filters.contract} />
      <TextField label={t.generator} name="generator" inputMode="numeric" defaultValue={filters.generator} />
      {dates.map((name) => (
        <TextField key={name} label={t[name]} name={name} description={t.dateNote} defaultValue={filters[name]} />
      ))}
      {(['never_activated', 'full', 'over_limit', 'has_note'] as const).map((name) => (
        <CheckboxField key={name} label={t[name]} name={name} value="1" defaultChecked={filters[name] !== undefined} />
      ))}
      <div>
        <button type="submit" className={buttonClass('primary')}>
          {t.filter}
        </button>
      </div>
    </form>
  )
}
