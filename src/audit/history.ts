import type { Queryable } from '../database/connection'
import { listEntriesOf } from './store'
import { changeView } from './view'

export {
  countCheckpoints,
  type EntryFilter,
  findEntry,
  findHead,
  findLastEntry,
  listEntries,
  listMatching,
  listPersonalEntries,
  pageEntries,
} from './store'

export { openSubjectNames } from './subject-names/store'

/** The history of one thing, latest first, including rows for batches it was part of. */
export const historyOf = async (db: Queryable, subject: string, id: number, limit: number) =>
  (await listEntriesOf(db, subject, id, limit)).map(changeView)
