import { activationOperations } from './activations'
import { apiKeys } from './api-keys'
import { audit } from './audit'
import { backups } from './backups'
import { blocklist } from './blocklist'
import { bulk } from './bulk'
import { calls } from './calls'
import { contractOperations } from './contracts'
import { customers } from './customers'
import { webhookDelivery } from './deliveries'
import { generatorOperations } from './generators'
import { imports } from './imports'
import { jobs } from './jobs'
import { licenseMeta } from './license-metadata'
import { licenseOperations } from './license-support'
import type { Subject } from './operation'
import { productMeta } from './product-metadata'
import { productOperations } from './products'
import { releases } from './releases'
import { retention } from './retention'
import { searching } from './search'
import { settingOperations } from './settings'
import { signingKeys } from './signing-keys'
import { telemetryOperations } from './telemetry'
import { todayStats } from './today'
import { doctor, optimizing, status } from './upkeep'
import { ownFactors } from './user-second-factor'
import { userSessions, userTokens } from './user-tokens'
import { users } from './users'
import { webhooks } from './webhooks'

const declared = [
  productOperations,
  productMeta,
  licenseOperations,
  licenseMeta,
  bulk,
  searching,
  activationOperations,
  generatorOperations,
  contractOperations,
  customers,
  apiKeys,
  signingKeys,
  releases,
  webhooks,
  webhookDelivery,
  jobs,
  telemetryOperations,
  calls,
  audit,
  blocklist,
  users,
  userTokens,
  userSessions,
  ...ownFactors,
  settingOperations,
  backups,
  imports,
  retention,
  todayStats,
  status,
  doctor,
  optimizing,
] as const satisfies readonly Subject[]

/** Everything an operator can do by command and by route, by subject. */
export const subjects: readonly Subject[] = declared

/** Any of these operations, with the types of its route, input and output. */
export type DeclaredOperation = (typeof declared)[number]['operations'][number]
