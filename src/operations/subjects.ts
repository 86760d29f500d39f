import { backups } from './backups'
import { blocklist } from './blocklist'
import type { Subject } from './operation'

/** All that an operator can do through both doors, subject by subject. */
export const subjects: readonly Subject[] = [blocklist, backups]
