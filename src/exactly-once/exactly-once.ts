import type { AdmittedRequest } from '../access/admitted-request'
import { sharesOfKey } from '../access/key-quota'
import { passAll } from '../access/rate-limit'
import type { Tx } from '../database/connection'
import type { Db } from '../database/database'
import type { Deps } from '../deps'
import type { Answer } from '../kernel/answers'
import { dayMs } from '../kernel/durations'
import { fromStored, type Outcome, say } from '../kernel/outcome'
import { sha256 } from '../kernel/secrets'
import { deleteUnanswered, findAnswer, insertAnswer, insertUnanswered, listUnanswered, type Request } from './store'

const rememberedMs = dayMs
const unansweredMs = 15 * 60_000

type Work = (tx: Tx) => Promise<Outcome>

/** Prevents a repeated request from being executed twice. */
export interface ExactlyOnce {
  /**
   * Runs a mutation in one write. With an `Idempotency-Key`, the same write stores its answer for 24 hours: an equal
   * request gets the same answer, a different one with that key gets 9409 (`idempotency_key_reused`). The setting
   * `idempotency_keys_per_minute` limits new keys: beyond it the request gets 9429 (`too_many_requests`) and is not
   * executed.
   */
  perform(admitted: AdmittedRequest, work: Work, idempotencyKey?: string | undefined): Promise<Outcome>
  /**
   * Runs an order, protected even without a key. An equal order whose earlier answer was never delivered gets that
   * answer. While the earlier one is running, an equal order that names its buyer shares its answer; anonymous orders
   * never share one.
   */
  fulfil(admitted: AdmittedRequest, work: Work, options: { namesBuyer: boolean }): Promise<Outcome>
  /** Called with whether the answer reached the client; undefined for requests that do not need to know. */
  listenerOf(admitted: AdmittedRequest): ((isDelivered: boolean) => void) | undefined
}

/** Answers that have handed something out, which a repeat must not get twice. */
const fulfilled: readonly Answer[] = ['license_keys_assigned', 'request_queued']

/** An order with at least one request waiting for it. */
interface Order {
  readonly outcome: Promise<Outcome>
  readonly startedAt: Date
  rowId: number | undefined
  waiting: number
  isDelivered: boolean
}

type Dependencies = { db: Db } & Pick<Deps, 'config' | 'limit'>

export function openExactlyOnce({ db, config, limit }: Dependencies): ExactlyOnce {
  const orders = new Map<string, Order>()
  // Rows of orders that requests are waiting for; no other order may take them.
  const inFlight = new Set<number>()
  const listeners = new WeakMap<AdmittedRequest, (isDelivered: boolean) => void>()
  // Rows of delivered answers, still to be deleted.
  const answered = new Set<number>()

  function perform(admitted: AdmittedRequest, work: Work, key = admitted.idempotencyKey) {
    const theirs = db.as(authorOf(admitted))
    if (key === undefined) return theirs.write(work)
    if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
      const detail = 'The Idempotency-Key must have 1 to 255 printable ASCII characters and no spaces.'
      return Promise.resolve(say('malformed_request', { detail }))
    }
    const request = requestOf(admitted)
    const after = new Date(admitted.now.getTime() - rememberedMs)
    return theirs.write(async (tx) => {
      const known = await findAnswer(tx, request, key, after)
      if (known)
        return known.requestHash === request.requestHash ? fromStored(known.answer) : say('idempotency_key_reused')
      const seconds = secondsToWait(admitted)
      if (seconds) return say('too_many_requests', { retry_after: seconds })
      const outcome = await work(tx)
      const answer = outcome.toStored(admitted.now)
      await insertAnswer(tx, request, { key, answer, now: admitted.now, after })
      // The first answer is restored from storage too: otherwise its timestamp could differ by a second.
      return fromStored(answer)
    })
  }

  /** Seconds an API key must wait when it has sent too many new idempotency keys; 0 otherwise. */
  function secondsToWait(admitted: AdmittedRequest) {
    const quota = { name: 'idempotency keys', perMinute: config.idempotency_keys_per_minute }
    return passAll(
      limit,
      sharesOfKey(quota, admitted.key, () => admitted.address),
      admitted.now,
    )
  }

  async function fulfil(admitted: AdmittedRequest, work: Work, { namesBuyer }: { namesBuyer: boolean }) {
    if (admitted.idempotencyKey !== undefined) return perform(admitted, work)
    const request = requestOf(admitted)
    const name = namesBuyer ? `${request.apiKeyId} ${request.endpoint} ${request.requestHash}` : undefined
    const running = name === undefined ? undefined : orders.get(name)
    const order = running && !isLapsed(running.startedAt, admitted.now) ? running : begin(request, admitted, work)
    if (name !== undefined) orders.set(name, order)
    const forget = () => {
      if (name !== undefined && orders.get(name) === order) orders.delete(name)
    }
    order.waiting++
    listeners.set(admitted, (isDelivered) => {
      order.waiting--
      order.isDelivered ||= isDelivered
      if (order.waiting > 0) return
      forget()
      close(order)
    })
    try {
      return await order.outcome
    } catch (error) {
      forget()
      throw error
    }
  }

  function begin(request: Request, admitted: AdmittedRequest, work: Work): Order {
    const { now } = admitted
    let rowId: number | undefined
    const written = db.as(authorOf(admitted)).write(async (tx) => {
      const open = (await listUnanswered(tx, request)).find(
        ({ id, createdAt }) => !inFlight.has(id) && !answered.has(id) && !isLapsed(createdAt, now),
      )
      if (open) {
        rowId = open.id
        inFlight.add(rowId)
        return fromStored(open.answer)
      }
      const fresh = await work(tx)
      if (!fulfilled.includes(fresh.answer)) return fresh
      const answer = fresh.toStored(now)
      const after = new Date(now.getTime() - unansweredMs)
      rowId = await insertUnanswered(tx, request, { answer, now, after })
      inFlight.add(rowId)
      return fromStored(answer)
    })
    const outcome = written.then(
      (told) => {
        order.rowId = rowId
        return told
      },
      (error) => {
        if (rowId !== undefined) inFlight.delete(rowId)
        throw error
      },
    )
    const order: Order = { outcome, startedAt: now, rowId: undefined, waiting: 0, isDelivered: false }
    return order
  }

  /**
   * Ends an order when no request waits for it. If the answer was delivered its protection ends; otherwise a repeat may
   * get it.
   */
  function close({ rowId, isDelivered }: Order) {
    if (rowId === undefined) return
    inFlight.delete(rowId)
    if (!isDelivered) return
    answered.add(rowId)
    db.write((tx) => deleteUnanswered(tx, rowId)).then(
      () => answered.delete(rowId),
      // The row stays in `answered`, which counts while this process lives, and expires on its own.
      () => {},
    )
  }

  return { perform, fulfil, listenerOf: (admitted) => listeners.get(admitted) }
}

const isLapsed = (since: Date, now: Date) => now.getTime() - since.getTime() > unansweredMs

const authorOf = ({ key, requestId }: AdmittedRequest) => ({ actor: `api-key ${key.id}`, requestId })

const requestOf = ({ key, capability, values }: AdmittedRequest): Request => ({
  apiKeyId: key.id,
  endpoint: capability,
  requestHash: sha256(JSON.stringify(values)),
})
