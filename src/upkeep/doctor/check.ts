import type { DatabaseInspection } from '../../database/inspection'
import type { Deps } from '../../deps'
import type { Message } from '../../kernel/message'

/** What is looked at: the folder and its database. */
export interface Patient extends Pick<Deps, 'config' | 'folder' | 'sealer'> {
  readonly now: Date
  readonly database: DatabaseInspection
}

/** Something that must hold. */
export interface Check {
  readonly name: string
  /** What must hold, in words. */
  readonly promise: string
  /** What to do where it does not. */
  readonly remedy: string | Message
  /** A sentence for each row, file or setting that breaks it. */
  find(patient: Patient): Promise<string[]>
}
