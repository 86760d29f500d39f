import { type FormEvent, useState } from 'react'
import type { Input } from '../api/client'
import { useTexts } from '../i18n/texts'
import { Button } from '../parts/button'
import { CheckboxField, SelectField, TextArea, TextField } from '../parts/field'
import { Table } from '../parts/table'
import type { Guess } from './import-wizard'
import { transferTexts } from './texts'

const tables = [
  ...['licenses', 'products', 'product_meta', 'generators', 'contracts', 'license_meta'],
  ...['activations', 'blocklist', 'webhooks', 'api_keys'],
]

/** A field with a list, unless that is empty. */
const listed = (name: string, words: string[]) => (words.length ? { [name]: words } : {})

interface Props {
  guess: Guess
  isPending: boolean
  onTable(table: string): void
  onStart(input: Input<'POST /imports'>): void
}

/** Which column is which field, with samples; what holds for all lines; then a trial or the import. */
export function MappingForm({ guess, isPending, onTable, onStart }: Props) {
  const t = useTexts(transferTexts)
  const [fields, setFields] = useState<Record<string, string | null>>(() =>
    Object.fromEntries(guess.columns.map(({ name, field }) => [name, field])),
  )
  const held = Object.values(fields)
  const missing = guess.fields.filter(({ name, is_required }) => is_required && !held.includes(name))
  const hasProduct = guess.fields.some(({ name }) => name === 'product')

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const data = new FormData(event.currentTarget)
    const submitter = (event.nativeEvent as SubmitEvent).submitter as HTMLButtonElement | null
    const text = (name: string) => String(data.get(name) ?? '').trim()
    const lines = (name: string) => text(name).split('\n').filter(Boolean)
    const columns = guess.columns.filter(({ name, field }) => fields[name] !== field || field === null)
    const defaults = missing.map(({ name }) => [name, text(`default ${name}`)]).filter(([, value]) => value)
    onStart({
      table: guess.table,
      ...listed(
        'map',
        columns.map(({ name }) => `${name}=${fields[name] ?? ''}`),
      ),
      ...listed(
        'default',
        defaults.map(([name, value]) => `${name}=${value}`),
      ),
      ...listed('value', lines('values')),
      ...listed('date_format', lines('date formats')),
      ...(text('product') && { product: text('product') }),
      ...(text('encoding') && { encoding: text('encoding') }),
      create_products: data.has('create products'),
      keep_seats: data.has('keep seats'),
      dry_run: submitter?.value !== 'import',
    })
  }

  const choices = [
    { value: '', label: t.skip },
    ...guess.fields.map(({ name, is_required }) => ({ value: name, label: is_required ? `${name} *` : name })),
  ]
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <SelectField
        label={t.holds}
        value={guess.table}
        onChange={(event) => onTable(event.target.value)}
        choices={tables.map((table) => ({ value: table, label: table }))}
      />
      <Table
        caption={t.columns}
        rows={guess.columns}
        keyOf={({ name }) => name}
        columns={[
          { key: 'name', heading: t.column, cell: ({ name }) => name },
          {
            key: 'samples',
            heading: t.samples,
            cell: ({ samples }) => samples.join(' · '),
          },
          {
            key: 'field',
            heading: t.field,
            cell: ({ name }) => (
              <select
                aria-label={t.fieldOf(name)}
                className="w-full rounded-md border border-control bg-card px-2 py-1"
                value={fields[name] ?? ''}
                onChange={(event) => setFields({ ...fields, [name]: event.target.value })}
              >
                {choices.some(({ value }) => value === (fields[name] ?? '')) ? null : (
                  <option value={fields[name] ?? ''}>{fields[name]}</option>
                )}
                {choices.map(({ value, label }) => (
                  <option key={value} value={value}>
                    {label}
                  </option>
                ))}
              </select>
            ),
          },
        ]}
      />
      {missing.length > 0 && <p className="text-warn">{t.missing(missing.map(({ name }) => name).join(', '))}</p>}
      {missing.map(({ name, description }) =>
        name === 'product' ? null : (
          <TextField key={name} label={t.defaultOf(name)} name={`default ${name}`} description={description} />
        ),
      )}
      {hasProduct && !held.includes('product') && <TextField label={t.product} name="product" />}
      <details>
        <summary>{t.more}</summary>
        <div className="flex flex-col gap-3 pt-3">
          <CheckboxField label={t.createProducts} name="create products" />
          <CheckboxField label={t.keepSeats} name="keep seats" />
          <TextArea label={t.values} name="values" rows={2} />
          <TextArea label={t.dateFormats} name="date formats" rows={2} />
          <TextField label={t.encoding} name="encoding" />
        </div>
      </details>
      <div className="flex flex-wrap gap-2">
        <Button type="submit" kind="primary" value="try" disabled={isPending}>
          {t.try}
        </Button>
        <Button type="submit" value="import" disabled={isPending}>
          {t.start}
        </Button>
      </div>
    </form>
  )
}
