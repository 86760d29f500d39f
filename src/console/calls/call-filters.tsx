import { X } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { fieldErrorOf } from '../api/errors'
import { useTexts } from '../i18n/texts'
import { Button, buttonClass } from '../parts/button'
import { CheckboxField, TextField } from '../parts/field'
import { partTexts } from '../parts/texts'
import { type CallSearch, changed, enteredNames, type FilterName, filterNames, hasFilters } from './search'
import { callTexts } from './texts'

interface Props {
  search: CallSearch
  /** Why the list was refused, to be shown beside the field. */
  error: unknown
  onChange(search: CallSearch): void
}

const hints = {
  code: 'codeHint',
  route: 'routeHint',
  api_key: 'apiKeyHint',
  device: 'deviceHint',
  from: 'fromHint',
  to: 'toHint',
} as const
const names = {
  license: 'license',
  code: 'code',
  route: 'route',
  api_key: 'apiKey',
  address: 'address',
  device: 'device',
  request_id: 'requestId',
  from: 'from',
  to: 'to',
} as const

/** The filters that hold, as chips that remove them, and a form to change them. */
export function CallFilters({ search, error, onChange }: Props) {
  const [t, parts] = [useTexts(callTexts), useTexts(partTexts)]
  const [isOpen, setOpen] = useState(() => filterNames.some((name) => fieldErrorOf(error, name)))
  const chips = [
    ...filterNames.flatMap((name) => {
      const value = search[name]
      return value === undefined ? [] : [{ name, text: `${t[names[name]]}: ${value}` }]
    }),
    ...(search.failed ? [{ name: 'failed' as const, text: t.failed }] : []),
  ]
  const presets: [string, CallSearch][] = [
    [t.lastHour, { from: anHourAgo() }],
    [t.today, { from: 'today' }],
    [t.refusedToday, { from: 'today', failed: true }],
  ]
  return (
    <div className="no-print flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-2">
        {chips.map(({ name, text }) => (
          <button
            key={name}
            type="button"
            className={buttonClass()}
            aria-label={t.remove(text)}
            onClick={() => onChange(changed(search, { [name]: undefined }))}
          >
            <span className="min-w-0 wrap-anywhere">{text}</span>
            <X aria-hidden size={14} />
          </button>
        ))}
        {hasFilters(search) && (
          <Button kind="quiet" onClick={() => onChange({})}>
            {parts.clearFilters}
          </Button>
        )}
        {!hasFilters(search) &&
          presets.map(([name, preset]) => (
            <Button key={name} onClick={() => onChange(preset)}>
              {name}
            </Button>
          ))}
        <Button aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {t.filters}
        </Button>
      </div>
      {isOpen && <FilterForm search={search} error={error} onChange={onChange} />}
    </div>
  )
}

function FilterForm({ search, error, onChange }: Props) {
  const t = useTexts(callTexts)
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const given = Object.fromEntries(enteredNames.map((name) => [name, String(form.get(name) ?? '').trim()]))
    onChange(changed(search, { ...given, failed: form.get('failed') ? true : undefined }))
  }
  const hintOf = (name: FilterName) => (name in hints ? t[hints[name as keyof typeof hints]] : undefined)
  return (
    <form onSubmit={submit} className="flex flex-col gap-3 rounded-lg border border-line bg-card p-4">
      <div className="grid gap-3 sm:grid-cols-2 lg:grid-cols-4">
        {enteredNames.map((name) => (
          <TextField
            key={name}
            name={name}
            label={t[names[name]]}
            description={hintOf(name)}
            error={fieldErrorOf(error, name)}
            defaultValue={search[name] ?? ''}
            autoComplete="off"
          />
        ))}
      </div>
      <CheckboxField name="failed" label={t.failed} defaultChecked={search.failed ?? false} />
      <div>
        <Button type="submit" kind="primary">
          {t.filter}
        </Button>
      </div>
    </form>
  )
}

const anHourAgo = () => new Date(Date.now() - 3_600_000).toISOString().slice(0, 19).concat('Z')
