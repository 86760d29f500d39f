import type { TObject } from '@sinclair/typebox'
import type { SigningKey } from '../../../db/schema/operations'
import type { Queryable, Tx } from '../../database/connection'
import type { ImportContext } from './import-context'
import { type Refused, refusedBy } from './problems'

/** The tables of import and export, in an order in which references point backwards. */
export const tableNames = [
  'products',
  'product_meta',
  'generators',
  'contracts',
  'licenses',
  'license_meta',
  'activations',
  'blocklist',
  'webhooks',
  'api_keys',
  'signing_keys',
] as const

export type TableName = (typeof tableNames)[number]

const carried: readonly TableName[] = ['product_meta', 'license_meta', 'activations']

/** The tables with exports of their own; they carry the lines of the others. */
export const exportedTables = tableNames.filter((name) => !carried.includes(name))

/** The result of a line: created with that id, added to an existing row, existing, or refused with a reason. */
export type Verdict = { made: number | string } | { added: Added } | 'there' | Refused

/** Rows of another table that a line has added to an existing one. */
interface Added {
  subject: 'activation'
  ids: number[]
}

/** One table of import and export, read from lines and written to lines. */
export interface Table {
  readonly name: TableName
  /** The name of one row in the audit log: `license`. */
  readonly subject: string
  /** The fields of a line, their rules and their other names. */
  readonly model: TObject
  /** Fields with lists or objects, which the table parses itself. */
  readonly nested?: readonly string[]
  /** Other names of fields in files, in lower case with underscores. */
  readonly spellings?: Readonly<Record<string, string>>
  /** Columns to skip, since Latchkey does not store them. */
  readonly ignored?: readonly string[]
  /** The fields on every line of our own exports; a line that has them all is taken as it is. */
  readonly exported?: readonly string[]
  /** Stores validated lines. Returns a verdict for each, in order. */
  put(tx: Tx, lines: LineFields[], context: ImportContext): Promise<Verdict[]>
  /** Every row as a line, by id; absent from the tables that others carry. */
  rows?(db: Queryable, context: ExportOptions): AsyncIterable<object>
}

/** The fields of a line, typed by its model. */
// biome-ignore lint/suspicious/noExplicitAny: every table's model names other fields
export type LineFields = Record<string, any>

/** The private halves of a signing key and its companion, as PEM under a passphrase. */
export interface LockedKey {
  own: string
  companion: string | null
}

/** The optional contents of an export. */
export interface ExportOptions {
  /** Decrypts a signing key's private half and encrypts it with a passphrase; undefined if keys are not exported. */
  readonly lockKey?: ((key: SigningKey) => LockedKey) | undefined
  /** Whether secrets are masked, as in the audit log: for users who may only read. */
  readonly isMasked?: boolean | undefined
}

/** A `put` for tables with few lines: one line after the other; refusals are thrown as an `OperatorError`. */
export const oneByOne =
  (put: (tx: Tx, fields: LineFields, context: ImportContext) => Promise<Verdict>): Table['put'] =>
  async (tx, lines, context) => {
    const verdicts: Verdict[] = []
    for (const fields of lines) verdicts.push(await put(tx, fields, context).catch(refusedBy))
    return verdicts
  }
