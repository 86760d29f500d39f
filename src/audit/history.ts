export {
  countCheckpoints,
  type EntryFilter,
  findEntry,
  findHead,
  findLastEntry,
  listEntries,
  listEntriesOf,
  listEntriesWithVerb,
  listMatching,
  listPersonalEntries,
  pageEntries,
} from './store'

export { openSubjectNames } from './subject-names/store'
