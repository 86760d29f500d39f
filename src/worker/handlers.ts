import { orders } from '../features/assignments/order'
import { handleBulk } from '../features/bulk/work'
import { announceExpired, sweepExpiry } from '../features/licenses/expiry'
import type { Installation } from '../installation'
import { type Handled, handles } from '../jobs/job'
import { importJobs } from '../transfer/import/job'
import { backupJobs } from '../upkeep/backup/schedule'
import { nightlyUpkeep } from '../upkeep/nightly'
import { openAddressGuard } from '../webhooks/address'
import { readAuthorities } from '../webhooks/authorities'
import { attemptDelivery } from '../webhooks/delivery'
import { deliver } from '../webhooks/outbox'
import { openReceiverLimit } from '../webhooks/receiver-limit'
import { checkpoints } from './checkpoints'

/** Maps each kind of job to the service that handles it. */
export function handlers(installation: Installation): Handled[] {
  const { db, seal, sealer, config } = installation
  const authorities = readAuthorities(config.webhook_ca)
  const sender = { db, seal, sealer, guard: openAddressGuard(config), turns: openReceiverLimit(), authorities }
  return [
    orders(installation),
    handles(deliver, (payload, run) => attemptDelivery(sender, payload, run)),
    handles(sweepExpiry, async (_, { now }) => {
      await announceExpired(db, now)
      return {}
    }),
    handleBulk(installation),
    ...backupJobs(installation),
    ...importJobs(installation),
    nightlyUpkeep(installation),
    checkpoints(installation),
  ]
}
