import type { Visitor } from '../access/visitor'
import type { Queryable } from '../database/connection'
import type { Db } from '../database/database'
import type { Answer } from '../kernel/answers'
import { type Outcome, retell, say } from '../kernel/outcome'
import { sha256 } from '../kernel/secrets'
import { deleteUnanswered, findAnswer, findUnanswered, insertAnswer, insertUnanswered, type Request } from './store'

const rememberedMs = 24 * 3_600_000
const unansweredMs = 15 * 60_000

type Work = (tx: Queryable) => Promise<Outcome>

/** Sees to it that a request that is repeated is not done again. */
export interface ExactlyOnce {
  /**
   * Runs a mutation in one write. With an `Idempotency-Key` its answer is kept for 24 hours with it, in that same
   * write: the same request gets the same answer, another one under that key gets 9409.
   */
  perform(visitor: Visitor, work: Work, idempotencyKey?: string | undefined): Promise<Outcome>
  /**
   * The same for orders, whose senders are guarded without a key as well: an equal order whose forerunner still runs,
   * or whose answer never arrived, gets the forerunner's answer. Equal orders that follow an answered one are orders.
   */
  fulfil(visitor: Visitor, work: Work): Promise<Outcome>
}

/** Answers that have given something away: what a repeat must not get twice. */
const fulfilled: readonly Answer[] = ['license_keys_assigned', 'request_queued']

/** An order somebody is waiting for. */
interface Order {
  readonly outcome: Promise<Outcome>
  readonly startedAt: Date
  rowId: number | undefined
  waiting: number
  isDelivered: boolean
}

export function openExactlyOnce(db: Db): ExactlyOnce {
  const orders = new Map<string, Order>()
  // Answered orders whose row is still to be deleted.
  const answered = new Set<number>()

  function perform(visitor: Visitor, work: Work, key = visitor.idempotencyKey) {
    const theirs = db.as(authorOf(visitor))
    if (key === undefined) return theirs.write(work)
    if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
      const detail = 'The Idempotency-Key must have 1 to 255 printable ASCII characters and no spaces.'
      return Promise.resolve(say('malformed_request', { detail }))
    }
    const request = requestOf(visitor)
    const after = new Date(visitor.now.getTime() - rememberedMs)
    return theirs.write(async (tx) => {
      const known = await findAnswer(tx, request, key, after)
      if (known) return known.requestHash === request.requestHash ? retell(known.answer) : say('idempotency_key_reused')
      const outcome = await work(tx)
      const answer = outcome.written(visitor.now)
      await insertAnswer(tx, request, { key, answer, now: visitor.now, after })
      // Told as it is kept, or the first telling could carry the next second.
      return retell(answer)
    })
  }

  async function fulfil(visitor: Visitor, work: Work) {
    if (visitor.idempotencyKey !== undefined) return perform(visitor, work)
    const request = requestOf(visitor)
    const name = `${request.apiKeyId} ${request.endpoint} ${request.requestHash}`
    const running = orders.get(name)
    const order = running && !isLapsed(running.startedAt, visitor.now) ? running : begin(name, request, visitor, work)
    order.waiting++
    visitor.onAnswered = (isDelivered) => answer(name, order, isDelivered)
    try {
      return await order.outcome
    } catch (error) {
      if (orders.get(name) === order) orders.delete(name)
      throw error
    }
  }

  function begin(name: string, request: Request, visitor: Visitor, work: Work): Order {
    const { now } = visitor
    let rowId: number | undefined
    const written = db.as(authorOf(visitor)).write(async (tx) => {
      const unanswered = await findUnanswered(tx, request)
      const isOpen = unanswered && !answered.has(unanswered.id) && !isLapsed(unanswered.createdAt, now)
      if (isOpen) {
        rowId = unanswered.id
        return retell(unanswered.answer)
      }
      if (unanswered) await deleteUnanswered(tx, unanswered.id)
      const fresh = await work(tx)
      if (fulfilled.includes(fresh.answer)) {
        const after = new Date(now.getTime() - unansweredMs)
        const answer = fresh.written(now)
        rowId = await insertUnanswered(tx, request, { answer, now, after })
        return retell(answer)
      }
      return fresh
    })
    // Known only once it is committed: what failed left no row.
    const outcome = written.then((told) => {
      order.rowId = rowId
      return told
    })
    const order: Order = { outcome, startedAt: now, rowId: undefined, waiting: 0, isDelivered: false }
    orders.set(name, order)
    return order
  }

  /** The guard closes when nobody waits any more and one of them has the answer. */
  function answer(name: string, order: Order, isDelivered: boolean) {
    order.waiting--
    order.isDelivered ||= isDelivered
    if (order.waiting > 0) return
    if (orders.get(name) === order) orders.delete(name)
    const { rowId } = order
    if (!order.isDelivered || rowId === undefined) return
    answered.add(rowId)
    db.write((tx) => deleteUnanswered(tx, rowId)).then(
      () => answered.delete(rowId),
      // It stays in `answered`, which is what counts while this process lives; the row lapses on its own.
      () => {},
    )
  }

  return { perform, fulfil }
}

const isLapsed = (since: Date, now: Date) => now.getTime() - since.getTime() > unansweredMs

const authorOf = ({ key, requestId }: Visitor) => ({ actor: `api-key ${key!.id}`, requestId })

const requestOf = ({ key, capability, values }: Visitor): Request => ({
  apiKeyId: key!.id,
  endpoint: capability!,
  requestHash: sha256(JSON.stringify(values)),
})
