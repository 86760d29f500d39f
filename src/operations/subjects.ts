import { backups } from './backups'
import { blocklist } from './blocklist'
import type { Subject } from './operation'
import { retention } from './retention'
import { doctor, optimizing, status } from './upkeep'

/** All that an operator can do through both doors, subject by subject. */
export const subjects: readonly Subject[] = [blocklist, backups, retention, status, doctor, optimizing]
