import type { Static } from '@sinclair/typebox'
import type { Tx } from '../../database/connection'
import { declareJob, handles } from '../../jobs/job'
import { enqueue } from '../../jobs/service'
import type { Clock } from '../../kernel/clock'
import { Refusal, say } from '../../kernel/outcome'
import { postOrder } from '../../webhooks/outbox'
import { chooseGenerator, drawLicenses } from '../generators/service'
import { assignAvailableKeys, describeAssigned, listOldestAvailable } from '../licenses/service'
import { resolveProduct } from '../products/service'
import { Order } from './model'
import { ownerOf } from './service'

/** An order to be fulfilled in the background. */
export const fulfilOrder = declareJob('fulfil-order', Order)

/**
 * 803 with the keys assigned to the owner: from stock, oldest first, then generated if `generate` is set and stock runs
 * out. All or nothing: on 805, 806 or 802 nothing is assigned (CONTRACT §2).
 */
export async function randomAssign(tx: Tx, order: Static<typeof Order>, now: Date) {
  const { product_id, quantity = 1, generate = 0, generator_id } = order
  const product = await resolveProduct(tx, product_id)
  if (!product) return say('product_not_found_assign')
  const isGenerating = generate === 1
  const generator = isGenerating && product.status === 'active' && (await chooseGenerator(tx, product.id, generator_id))
  if (isGenerating && !generator) return say('generator_not_found_assign').signedFor(product.id)
  const owner = ownerOf(order)
  const stock = await listOldestAvailable(tx, product.id, quantity)
  const lacking = quantity - stock.length
  if (lacking && !generator) {
    return say('insufficient_license_keys', { available_quantity: stock.length }).signedFor(product.id)
  }
  const terms = { ...owner, status: 'assigned' as const, assignedAt: now }
  // Drawn first: a generator that finds no unused key must refuse before anything is written.
  const fresh = generator && lacking ? await drawLicenses(tx, generator, product, lacking, terms, now) : []
  const assigned = await assignAvailableKeys(tx, stock, owner, now)
  const license_keys = await describeAssigned(tx, [...assigned, ...fresh])
  return say('license_keys_assigned', { license_keys }).signedFor(product.id)
}

const nobody = ['', 'not set']

/**
 * Whether an order names its buyer, by owner or by the shop's own id. The WooCommerce plugin sends "Not set" for an
 * owner it does not know (CONTRACT §5).
 */
export const namesBuyer = ({ owner_name, owner_email, identifier }: Static<typeof Order>) =>
  [owner_name, owner_email, identifier].some((name) => !nobody.includes((name ?? '').trim().toLowerCase()))

/** 807: the order is on disk, and its outcome, good or bad, will be posted to its webhook. */
export async function queueOrder(tx: Tx, order: Static<typeof Order>, now: Date) {
  if (!order.webhook_url || !/^https?:\/\//i.test(order.webhook_url)) {
    return say('malformed_request', { detail: 'Send webhook_url, an http or https URL that is told the outcome.' })
  }
  await enqueue(tx, fulfilOrder, order, { now })
  return say('request_queued')
}

/** Assigns and posts in the transaction that ends the job, so an order is fulfilled once, however often it is tried. */
export const orders = ({ clock }: { clock: Clock }) =>
  handles(fulfilOrder, async (order, { jobId }) => ({
    async write(tx) {
      const now = clock()
      const { answer, data, productId } = await randomAssign(tx, order, now).catch(refused)
      const outcome = say(answer, { ...data, identifier: order.identifier ?? null })
      const signed = productId === undefined ? outcome : outcome.signedFor(productId)
      await postOrder(tx, { url: order.webhook_url!, outcome: signed, jobId }, now)
    },
  }))

function refused(error: unknown) {
  if (error instanceof Refusal) return error.outcome
  throw error
}
