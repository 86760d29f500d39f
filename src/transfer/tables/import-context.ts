import type { Product } from '../../../db/schema/catalog'
import { parseId } from '../../kernel/ids'
import type { Sealer } from '../../signing/sealing'
import type { DateFormat } from './dates'
import type { TableName } from './table'

/** Options of an import, besides how to read its files. */
export interface ImportOptions {
  /** Creates missing products that licences name. */
  createsProducts: boolean
  /** Accepts licences with more seats than their limit. */
  keepsSeats: boolean
  /** Decrypts the private keys in an export. */
  passphrase?: string | undefined
  /** Date formats besides the usual ones: `dd/MM/yyyy`. */
  dateFormats?: readonly string[] | undefined
  /** Replacements of values, by column: `status:SOLD=assigned`. */
  values?: readonly string[] | undefined
}

/** State shared by the lines of one import. */
export interface ImportContext {
  readonly now: Date
  readonly sealer: Sealer
  readonly importOptions: ImportOptions
  readonly dateFormats: readonly DateFormat[]
  /** Tables in this import: ids in its lines refer to its own lines. */
  readonly carried: Set<TableName>
  /** New ids by table and id in the files. */
  readonly idMap: IdMap
  /** Products by the name that licences gave them. */
  readonly products: Map<string, Product>
  /** Notes for the operator, besides the numbers. */
  readonly notes: string[]
  /** Remarks about licences, with the number of licences each applies to. */
  readonly remarks: Map<string, number>
}

export interface IdMap {
  note(table: TableName, theirs: number | undefined, ours: number): void
  find(table: TableName, theirs: string): number | undefined
  /** Whether one of this import's lines already corresponds to that existing row. */
  isTaken(table: TableName, ours: number): boolean
}

/** An id map of the tables that others in the import refer to; other tables' ids are not stored. */
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
