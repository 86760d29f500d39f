import { activations } from './activations'
import { apiKeys } from './api-keys'
import { audit } from './audit'
import { backups } from './backups'
import { blocklist } from './blocklist'
import { calls } from './calls'
import { contracts } from './contracts'
import { customers } from './customers'
import { generators } from './generators'
import { jobs } from './jobs'
import { licenses } from './license-desk'
import { licenseMeta } from './license-metadata'
import type { Subject } from './operation'
import { productMeta } from './product-metadata'
import { products } from './products'
import { releases } from './releases'
import { retention } from './retention'
import { settings } from './settings'
import { signingKeys } from './signing-keys'
import { telemetry } from './telemetry'
import { doctor, optimizing, status } from './upkeep'
import { userSessions, userTokens } from './user-tokens'
import { users } from './users'
import { webhooks } from './webhooks'

/** All that an operator can do through both doors, subject by subject. */
export const subjects: readonly Subject[] = [
  products,
  productMeta,
  licenses,
  licenseMeta,
  activations,
  generators,
  contracts,
  customers,
  apiKeys,
  signingKeys,
  releases,
  webhooks,
  jobs,
  telemetry,
  calls,
  audit,
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
