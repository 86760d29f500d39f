import { fulfilOrder } from '../../features/assignments/order'
import { message, remedy } from '../../kernel/message'
import { deliver } from '../../webhooks/outbox'
import { findFact } from '../store'
import type { Check } from './check'
import { listDeadJobs, listForlornDeliveries, listIdleJobs, listShortOrders, listUntoldOrders } from './store'

export const work: readonly Check[] = [
  {
    name: 'orders',
    promise: 'every queued order has its keys or its failure, and the buyer is told',
    remedy: message`run it again with ${remedy('job retry')}, or assign the keys by hand and tell the customer`,
    async find({ database: { read } }) {
      const forgotten = await findFact(read, 'forgotten')
      const after = new Date(forgotten?.until ?? 0)
      return [
        ...(await listUntoldOrders(read, fulfilOrder.name, after)).map(
          ({ id }) => `job ${id} has fulfilled an order, but no delivery tells its outcome`,
        ),
        ...(await listShortOrders(read, fulfilOrder.name, after)).map(
          ({ id }) => `job ${id} has told of another number of keys than was ordered`,
        ),
        ...(await listDeadJobs(read, fulfilOrder.name)).map(
          ({ id, error }) => `job ${id} could not fulfil its order: ${error ?? 'no reason is known'}`,
        ),
      ]
    },
  },
  {
    name: 'deliveries',
    promise: 'every delivery that waits has a job that will send it, and every such job its delivery',
    remedy: message`send it with ${remedy('webhook replay')}; delete an idle job with ${remedy('job delete')}`,
    async find({ database: { read } }) {
      return [
        ...(await listForlornDeliveries(read, deliver.name)).map(
          ({ id }) => `delivery ${id} waits, but no job sends it`,
        ),
        ...(await listIdleJobs(read, deliver.name)).map(({ id }) => `job ${id} has no delivery to send`),
      ]
    },
  },
]
