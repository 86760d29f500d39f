import { blocklist } from './blocklist'
import type { Subject } from './operation'
import { users } from './users'

/** All that an operator can do through both doors, subject by subject. */
export const subjects: readonly Subject[] = [blocklist, users]
