import * as access from './access'
import * as catalog from './catalog'
import * as licensing from './licensing'
import * as logIn from './log-in'
import * as operations from './operations'
import * as work from './work'

/**
 * Every table that goes along when the data moves, in an order in which references point backwards: all but `servers`,
 * which is about the database itself.
 */
export const allTables = [
  operations.installation,
  access.apiKeys,
  access.blocklist,
  access.users,
  access.userLinks,
  access.userTokens,
  logIn.userTotp,
  logIn.userRecoveryCodes,
  logIn.userPasskeys,
  logIn.userIdentities,
  logIn.usedTickets,
  catalog.products,
  catalog.productMeta,
  catalog.generators,
  catalog.releases,
  licensing.contracts,
  licensing.licenses,
  licensing.customerSizes,
  licensing.licenseMeta,
  licensing.activations,
  licensing.activationSightings,
  licensing.telemetry,
  operations.signingKeys,
  operations.signingKeyUses,
  operations.storedSettings,
  operations.auditLog,
  operations.auditHead,
  operations.auditCheckpoints,
  operations.calls,
  operations.callCounts,
  work.jobs,
  work.webhooks,
  work.deliveries,
  work.deliveryAttempts,
  work.idempotencyKeys,
  work.unansweredOrders,
  work.operatorRequests,
  work.bulkRuns,
  work.bulkParts,
] as const
