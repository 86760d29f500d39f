import fc from 'fast-check'
import { tableNames } from '../../../src/transfer/tables/table'
import { tables } from '../../../src/transfer/tables/tables'
import { awkward } from './bodies'
import { mutationsOf } from './mutations'

/** A file that somebody may want to import, and how they go about it. */
export interface ImportFile {
  name: string
  bytes: Buffer
  options: string[]
}

const linesPerFile = { maxLength: 60, size: 'max' } as const
const bytes = (text: string) => Buffer.from(text)
const deep = (levels: number) => `${'{"a":['.repeat(levels)}1${']}'.repeat(levels)}`

type Name = (typeof tableNames)[number]

const sometimes = <T>(rare: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 7, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: rare })

const odd = fc.oneof(
  fc.constantFrom(
    ...[
      ...awkward,
      '"',
      '""',
      '"a',
      'a"b',
      '\r',
      'a\nb',
      ',,;\t',
      "'=1+1",
      '\\N',
      'NULL',
      '\ufeff',
      '\u202e',
      '\x1b[2J',
    ],
    ...['0000-00-00', '2024-02-30', '1735689600', '[{"key":"a","value":{}}]', '[{"identifier":null}]', '{"a":[1]}'],
    deep(5000),
  ),
  fc.string({ unit: 'binary', maxLength: 30 }),
)

/** What no cell can say, and values with fields of their own where a text is expected. */
const oddJson = fc.oneof(
  odd,
  fc.jsonValue({ maxDepth: 4 }),
  fc.constantFrom<unknown>(
    { toString: 1 },
    { valueOf: null, toString: null },
    { toJSON: 1 },
    { length: 3 },
    [[[]]],
    1e308,
  ),
)

interface Shape {
  kind?: string
  anyOf?: { const: string }[]
}

/** A text that a field of that name could hold, most likely. */
function cellFor(name: string, { kind, anyOf }: Shape = {}): fc.Arbitrary<string> {
  if (name === 'product') return fc.constantFrom('1', 'honest', 'new')
  if (['id', 'contract', 'generator'].includes(name)) return fc.constantFrom('', '', '', '', '', '', '', '7')
  if (kind === 'integer' || kind === 'flag') return fc.constantFrom('1', '1', '0')
  if (kind === 'moment') return fc.constantFrom('', '2024-01-05 10:00:00', '2024-01-05T10:00:00.5+02:00', '1735689600')
  if (kind === 'choice') return fc.constantFrom('', ...(anyOf ?? []).map((word) => word.const))
  if (name === 'activations')
    return fc.constantFrom('', 'pc-1', 'pc-1;pc-2', '[{"identifier":"pc","status":"inactive"}]')
  if (name === 'meta_data' || name === 'features') return fc.constantFrom('', '{"seats":5}', '{"a":true}')
  if (name.endsWith('key')) return fc.uuid()
  return fc.constantFrom('', '1', 'a@example.com', '10.0.0.0/8', 'https://example.com/', 'active')
}

const shapes = (name: Name): Record<string, Shape> => ({
  ...(tables[name].model.properties as object),
  ...Object.fromEntries((tables[name].nested ?? []).map((nested) => [nested, {}])),
})

/** Columns a table knows, now and then one that nothing knows. */
const columns = (name: Name) =>
  fc
    .tuple(
      fc.subarray(Object.keys(shapes(name)), { minLength: 1 }),
      sometimes(fc.constantFrom('constructor', '__proto__', 'meta:', 'meta:x', 'table', 'a\nb', '\x1b[2J', '')),
    )
    .map(([known, strange]) => [
      ...new Set([...(tables[name].model.required ?? []), ...known, ...(strange === undefined ? [] : [strange])]),
    ])

const spoilt = <T>(sound: fc.Arbitrary<T>, strange: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 19, arbitrary: sound }, { weight: 1, arbitrary: strange })

const end = fc.constantFrom('\n', '\n', '\n', '\r\n', '\r', '\n\n')
const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`

/** Lines that are mostly whole; a few are ragged, or have quotes where none belong. */
const csv = (name: Name) =>
  fc
    .record({
      header: columns(name),
      delimiter: fc.constantFrom(',', ';', '\t'),
      ends: fc.array(end, { minLength: 1 }),
    })
    .chain(({ header, delimiter, ends }) => {
      const cells = fc.tuple(...header.map((column) => spoilt(cellFor(column, shapes(name)[column]), odd)))
      const line = fc.oneof(
        { weight: 90, arbitrary: cells.map((some) => some.map(quoted).join(delimiter)) },
        { weight: 9, arbitrary: fc.array(odd, { maxLength: 30 }).map((some) => some.map(quoted).join(delimiter)) },
        { weight: 1, arbitrary: cells.map((some) => some.join(delimiter)) },
      )
      return fc
        .array(line, linesPerFile)
        .map((lines) =>
          [header.map(quoted).join(delimiter), ...lines].map((text, i) => text + ends[i % ends.length]).join(''),
        )
    })

const jsonLines = (name: Name) => {
  const fields = Object.entries(shapes(name)).map(([field, shape]) => [
    field,
    spoilt<unknown>(cellFor(field, shape), oddJson),
  ])
  const required = [...(tables[name].model.required ?? [])]
  const whole = fc.record<Record<string, unknown>>(Object.fromEntries(fields), { requiredKeys: required })
  const strange = fc.dictionary(fc.constantFrom('table', '__proto__', 'constructor'), oddJson)
  const broken = ['', '{', '[]', 'null', '"x"', '{"__proto__":{"a":1}}', deep(20_000), '{"license_key":"\\ud800"}']
  const line = fc.oneof(
    { weight: 8, arbitrary: whole.map((it) => JSON.stringify(it)) },
    { weight: 1, arbitrary: strange.map((it) => JSON.stringify(it)) },
    { weight: 1, arbitrary: fc.constantFrom(...broken) },
  )
  return fc.array(line, linesPerFile).map((lines) => lines.join('\n'))
}

const reversed = (text: string) => Buffer.from(text, 'utf16le').swap16()
const encoded: Record<string, (text: string) => Buffer> = {
  'utf-8': bytes,
  'utf-8, marked': (text) => bytes(`\ufeff${text}`),
  'utf-16le, marked': (text) => Buffer.from(`\ufeff${text}`, 'utf16le'),
  'utf-16be, marked': (text) => reversed(`\ufeff${text}`),
  'utf-16le': (text) => Buffer.from(text, 'utf16le'),
  'windows-1252': (text) => Buffer.from(text, 'latin1'),
}
const encoding = fc.oneof({ weight: 8, arbitrary: fc.constant('utf-8') }, fc.constantFrom(...Object.keys(encoded)))

const options = fc
  .tuple(
    sometimes(fc.constantFrom(...['utf-8', 'utf-16le', 'utf-16be', 'windows-1252', 'latin1', 'koi8-r'])),
    fc.subarray(['--create-products', '--keep-seats']),
    sometimes(fc.constantFrom('product=honest', 'activation_limit=1')),
  )
  .map(([encoding, flags, value]) => [
    ...(encoding ? ['--encoding', encoding] : []),
    ...flags,
    ...(value ? ['--default', value] : []),
  ])

/** Files of every table, in both forms, whole and spoilt. */
export const importFiles: fc.Arbitrary<ImportFile> = fc
  .oneof({ weight: 3, arbitrary: fc.constant('licenses' as const) }, fc.constantFrom(...tableNames))
  .chain((table) =>
    fc
      .record({
        form: fc.constantFrom('csv', 'jsonl'),
        asCsv: csv(table),
        asJson: jsonLines(table),
        encoding,
        mutations: sometimes(mutationsOf),
        options,
      })
      .map(({ form, asCsv, asJson, encoding, mutations, options }) => {
        const whole = encoded[encoding]!(form === 'csv' ? asCsv : asJson)
        return { name: `${table}.${form}`, bytes: mutations ? mutations(whole) : whole, options }
      }),
  )
