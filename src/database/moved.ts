import { message, settingRef } from '../kernel/message'
import { OperatorError } from '../kernel/operator-error'
import type { FoundDatabase } from './migrate'
import { type DatabasePlace, describePlace } from './place'

/** Throws an `OperatorError` if the data of a database was moved to another place; it names that. */
export function requireUnmoved(place: DatabasePlace, found: FoundDatabase | undefined) {
  if (!found?.movedTo) return
  throw new OperatorError(
    place.engine === 'sqlite'
      ? message`the data of ${place.path} was moved to ${found.movedTo}: name that database with ${settingRef('database_url')}`
      : message`the data of ${describePlace(place)} was moved to ${found.movedTo}: name that folder with ${settingRef('data_dir')}, and no ${settingRef('database_url')}`,
  )
}
