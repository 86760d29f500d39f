import type { DatabaseInspection } from '../../database/inspection'
import type { DatabasePlace } from '../../database/place'
import type { Deps } from '../../deps'
import type { Message } from '../../kernel/message'

/** The folder and database to check. */
export interface CheckContext extends Pick<Deps, 'config' | 'folder' | 'files' | 'sealer'> {
  readonly now: Date
  readonly place: DatabasePlace
  readonly database: DatabaseInspection
}

/** A condition that must hold. */
export interface Check {
  readonly name: string
  /** The condition, in words. */
  readonly promise: string
  /** What to do if it does not hold. */
  readonly remedy: string | Message
  /** A sentence for each row, file or setting that violates it. */
  find(patient: CheckContext): Promise<string[]>
}
