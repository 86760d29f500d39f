import type { Product } from '../../../db/schema/catalog'
import { parseId } from '../../kernel/ids'
import type { Sealer } from '../../signing/sealing'
import type { DateFormat } from './dates'
import type { TableName } from './table'

/** What an import was told to do beside reading its files. */
export interface ImportOptions {
  /** Makes products that licences name and that are not there. */
  createsProducts: boolean
  /** Takes licences that hold more seats than their limit allows. */
  keepsSeats: boolean
  /** Opens the private keys an export holds. */
  passphrase?: string | undefined
  /** Forms that dates are written in beside the usual ones: `dd/MM/yyyy`. */
  dateFormats?: readonly string[] | undefined
  /** What values mean, by column: `status:SOLD=assigned`. */
  values?: readonly string[] | undefined
}

/** What the lines of one import know of each other. */
export interface ImportContext {
  readonly now: Date
  readonly sealer: Sealer
  readonly importOptions: ImportOptions
  readonly dateFormats: readonly DateFormat[]
  /** Tables this import brings along: ids in its lines mean their lines. */
  readonly carried: Set<TableName>
  /** What a thing's id in the files has become here, by table. */
  readonly idMap: IdMap
  /** Products that licences have named, by how they named them. */
  readonly products: Map<string, Product>
  /** What the operator must be told beside the numbers. */
  readonly notes: string[]
  /** What holds for many licences, and for how many. */
  readonly remarks: Map<string, number>
}

export interface IdMap {
  note(table: TableName, theirs: number | undefined, ours: number): void
  find(table: TableName, theirs: string): number | undefined
  /** Whether one of this import's lines is that one here already. */
  isTaken(table: TableName, ours: number): boolean
}

/** IdMap of the tables that others of the same import refer to; the ids of others are not kept. */
export function openIdMap(referredTo: ReadonlySet<TableName>): IdMap {
  const byTable = new Map<TableName, { ours: Map<number, number>; taken: Set<number> }>()
  for (const table of referredTo) byTable.set(table, { ours: new Map(), taken: new Set() })
  return {
    note(table, theirs, ours) {
      const idMap = byTable.get(table)
      if (theirs !== undefined) idMap?.ours.set(theirs, ours)
      idMap?.taken.add(ours)
    },
    find: (table, theirs) => byTable.get(table)?.ours.get(parseId(theirs) ?? -1),
    isTaken: (table, ours) => byTable.get(table)?.taken.has(ours) ?? false,
  }
}
