import { orders } from '../features/assignments/order'
import { announceExpired, sweepExpiry } from '../features/licenses/expiry'
import type { House } from '../house'
import { type Handled, handles } from '../jobs/job'
import { backupJobs } from '../upkeep/backup/schedule'
import { nightlyUpkeep } from '../upkeep/nightly'
import { openAddressGuard } from '../webhooks/address'
import { readAuthorities } from '../webhooks/authorities'
import { attemptDelivery } from '../webhooks/delivery'
import { deliver } from '../webhooks/outbox'
import { openTurns } from '../webhooks/turns'
import { checkpoints } from './checkpoints'

/** Which job is done by which service. */
export function handlers(house: House): Handled[] {
  const { db, seal, sealer, config } = house
  const authorities = readAuthorities(config.webhook_ca)
  const sender = { db, seal, sealer, guard: openAddressGuard(config), turns: openTurns(), authorities }
  return [
    orders(house),
    handles(deliver, (payload, run) => attemptDelivery(sender, payload, run)),
    handles(sweepExpiry, async (_, { now }) => {
      await announceExpired(db, now)
      return {}
    }),
    ...backupJobs(house),
    nightlyUpkeep(house),
    checkpoints(house),
  ]
}
