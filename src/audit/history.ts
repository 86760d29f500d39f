import type { Queryable } from '../database/connection'
import { listEntriesOf } from './store'
import { changeView } from './view'

export {
  countCheckpoints,
  findEntry,
  findHead,
  findLastEntry,
  listEntries,
  listPersonalEntries,
  pageEntries,
} from './store'

export { openSubjectNames } from './subject-names/store'

/** What became of one thing, the latest first; rows that stand for many made at once are among them. */
export const historyOf = async (db: Queryable, subject: string, id: number, limit: number) =>
  (await listEntriesOf(db, subject, id, limit)).map(changeView)
