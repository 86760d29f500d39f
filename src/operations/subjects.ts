import { apiKeys } from './api-keys'
import { backups } from './backups'
import { blocklist } from './blocklist'
import { jobs } from './jobs'
import type { Subject } from './operation'
import { releases } from './releases'
import { retention } from './retention'
import { settings } from './settings'
import { signingKeys } from './signing-keys'
import { doctor, optimizing, status } from './upkeep'
import { userSessions, userTokens } from './user-tokens'
import { users } from './users'
import { webhooks } from './webhooks'

/** All that an operator can do through both doors, subject by subject. */
export const subjects: readonly Subject[] = [
  apiKeys,
  signingKeys,
  releases,
  webhooks,
  jobs,
  blocklist,
  users,
  userTokens,
  userSessions,
  settings,
  backups,
  retention,
  status,
  doctor,
  optimizing,
]
