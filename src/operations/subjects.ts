import { apiKeys } from './api-keys'
import { blocklist } from './blocklist'
import { jobs } from './jobs'
import type { Subject } from './operation'
import { releases } from './releases'
import { settings } from './settings'
import { signingKeys } from './signing-keys'
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
]
