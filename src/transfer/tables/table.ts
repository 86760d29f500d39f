import type { TObject } from '@sinclair/typebox'
import type { SigningKey } from '../../../db/schema/operations'
import type { Queryable, Tx } from '../../database/connection'
import type { ImportContext } from './import-context'
import { type Refused, refusedBy } from './problems'

/** What can be moved in and out, in the order in which one leans on another. */
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

/** What became of a line: made under that id, added to what was there, there already, or refused for that reason. */
export type Verdict = { made: number | string } | { added: Added } | 'there' | Refused

/** Things of another table that a line has added to what was there already. */
interface Added {
  subject: 'activation'
  ids: number[]
}

/** One kind of thing, as it is read from lines and written to lines. */
export interface Table {
  readonly name: TableName
  /** What the audit log calls one of them: `license`. */
  readonly subject: string
  /** The fields of a line, their rules and their other names. */
  readonly model: TObject
  /** Fields that hold lists or objects; the table reads them itself. */
  readonly nested?: readonly string[]
  /** Other names of fields that files use, in small letters with underscores. */
  readonly spellings?: Readonly<Record<string, string>>
  /** Columns that say nothing Latchkey keeps. */
  readonly ignored?: readonly string[]
  /** The fields that every line of an export of ours names, where such a line is taken as it is. */
  readonly exported?: readonly string[]
  /** Puts lines in, each judged already; a verdict for each, in their order. */
  put(tx: Tx, lines: LineFields[], context: ImportContext): Promise<Verdict[]>
  /** Every one there is, as lines, in the order of their ids; none where they are carried by another table. */
  rows?(db: Queryable, context: ExportOptions): AsyncIterable<object>
}

/** The fields of a line, each of the type its model says. */
// biome-ignore lint/suspicious/noExplicitAny: every table's model names other fields
export type LineFields = Record<string, any>

/** What an export may hold beside what it always holds. */
export interface ExportOptions {
  /** Opens a signing key's private half and locks it with a passphrase; undefined where keys stay at home. */
  readonly lockKey?: ((key: SigningKey) => string) | undefined
  /** Whether secrets are masked, as they are in the audit log: for people who may only look. */
  readonly isMasked?: boolean | undefined
}

/** A `put` for tables whose lines are few: one line after the other. What is refused is thrown as an `OperatorError`. */
export const oneByOne =
  (put: (tx: Tx, fields: LineFields, context: ImportContext) => Promise<Verdict>): Table['put'] =>
  async (tx, lines, context) => {
    const verdicts: Verdict[] = []
    for (const fields of lines) verdicts.push(await put(tx, fields, context).catch(refusedBy))
    return verdicts
  }
