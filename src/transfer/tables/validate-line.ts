import type { TSchema } from '@sinclair/typebox'
import { judge } from '../../intake/model'
import { read } from '../../intake/reading'
import { OperatorError } from '../../kernel/operator-error'
import { Refusal } from '../../kernel/outcome'
import { type DateFormat, dateForms, endOf, type ReadDate, readDate } from './dates'
import { metaOf } from './meta'
import { type Problem, problemOf, quoted, type Refused, refusedBy, refusedFor } from './problems'
import { unknownStatus } from './status-words'
import type { LineFields, Table } from './table'

type Judged = { fields: LineFields; refused?: never } | ({ fields?: never } & Refused)
type Schema = TSchema & { kind: string }

/** The fields of a line converted to their types, or all its faults. An empty cell or a zero date counts as absent. */
export function validateLine(
  table: Pick<Table, 'model' | 'nested' | 'exported'>,
  line: LineFields,
  dateFormats: readonly DateFormat[] = [],
): Judged {
  const given = Object.fromEntries(Object.entries(line).filter(([, value]) => isSaid(value)))
  const schemas = table.model.properties as Record<string, Schema>
  try {
    const dates = readDates(schemas, given, dateFormats)
    const { values } = read(table.model, { ...given, ...dates.written })
    const { errors } = judge(table.model, values)
    if (errors)
      return refusedFor(
        Object.entries(errors).map(([name, [text]]) => problemIn({ name, text: text! }, given, schemas)),
      )
    const fields: LineFields = { ...values, ...dates.read }
    for (const name of table.nested ?? []) if (given[name] !== undefined) fields[name] = given[name]
    const columns = metaColumns(given)
    if (columns.length) fields.meta_data = [...metaOf(fields.meta_data), ...columns]
    if (table.exported?.every((name) => name in line)) fields.is_exported = true
    return { fields }
  } catch (error) {
    if (error instanceof Refusal) return refusedFor([problemOf('A field contains a NUL character.')])
    if (error instanceof OperatorError) return refusedBy(error)
    throw error
  }
}

/** The zero date of MySQL, as PHP prints it, and of Go and .NET. */
const zeroDate = /^(?:0000-00-00|-0001-11-30|0001-01-01)(?:[T ]00:00(?::00(?:\.0+)?)?(?:Z|[+-]00:?00)?)?$/

const isSaid = (value: unknown) =>
  value !== undefined &&
  value !== null &&
  !(typeof value === 'string' && (value.trim() === '' || zeroDate.test(value.trim())))

const never: readonly string[] = ['never', 'lifetime', 'unlimited', 'forever', 'perpetual']

/** Fields that name an end: a day without a time includes the whole day, and there may be no end. */
const isEnd = (name: string) => name === 'expires_at' || name === 'previous_until'

/** The dates of a line, for its fields, and in the form that the model validates. */
function readDates(schemas: Record<string, Schema>, given: LineFields, formats: readonly DateFormat[]) {
  const found: LineFields = {}
  const written: LineFields = {}
  for (const [name, { kind, 'x-aliases': aliases = [] }] of Object.entries(schemas)) {
    if (kind !== 'moment') continue
    const value = [name, ...aliases].map((each) => given[each]).find((each) => each !== undefined)
    if (typeof value !== 'string' && typeof value !== 'number') continue
    const text = String(value).trim()
    const date = readDate(text, formats)
    if (date) found[name] = momentIn(name, date)
    else if (isEnd(name) && never.includes(text.toLowerCase())) found[name] = null
    else continue
    written[name] = (found[name] ?? new Date(0)).toISOString()
  }
  return { read: found, written: withoutUnread(schemas, given, written) }
}

const momentIn = (name: string, date: ReadDate) => (isEnd(name) ? endOf(date) : date.at)

/** Replaces dates that cannot be read, so that validation refuses them. */
function withoutUnread(schemas: Record<string, Schema>, given: LineFields, written: LineFields): LineFields {
  const unread = Object.keys(schemas).filter(
    (name) => schemas[name]!.kind === 'moment' && given[name] !== undefined && written[name] === undefined,
  )
  return { ...written, ...Object.fromEntries(unread.map((name) => [name, 'no date'])) }
}

/** A fault of one field, with the faulty value and the accepted ones. Texts are not shown: they may be secret. */
function problemIn(
  { name, text }: { name: string; text: string },
  given: LineFields,
  schemas: Record<string, Schema>,
): Problem {
  const schema = schemas[name]!
  const value = [name, ...(schema['x-aliases'] ?? [])].map((each) => given[each]).find((each) => each !== undefined)
  const inColumn = text
    .replace(/^The .*?(?: field)? (must|is)\b/, `${name} $1`)
    .replace('greater than', 'longer than')
    .replace(/\.$/, '')
  if (value === undefined || schema.kind === 'text' || schema.kind === 'json') {
    return { kind: inColumn, text: inColumn, column: name }
  }
  if (name === 'status' && schema['x-words']) return unknownStatus(value).problem
  const shown = quoted(value)
  const problem = { column: name, value: shown.slice(1, -1) }
  if (schema.kind === 'moment') {
    const remedy = `write ${dateForms}, or say its form with --date-format, such as dd/MM/yyyy`
    return {
      ...problem,
      kind: `${name} date`,
      text: `${name} ${shown} is no date, or can be read in two ways: ${remedy}`,
    }
  }
  if (schema.kind === 'choice') {
    const choices = (schema.anyOf as { const: string }[]).map((choice) => choice.const).join(', ')
    const remedy = `say what it means with --value "${name}:${problem.value}=…"`
    return { ...problem, kind: `${name} choice`, text: `${name} ${shown} is not one of ${choices}: ${remedy}` }
  }
  const rule = inColumn.slice(name.length + 1)
  return { ...problem, kind: `${name} ${rule}`, text: `${name} ${shown} ${rule}` }
}

/** Metadata from one column per key. */
const metaColumns = (given: LineFields) =>
  Object.entries(given)
    .filter(([name]) => name.startsWith('meta:'))
    .map(([name, value]) => ({ key: name.slice('meta:'.length), value }))
