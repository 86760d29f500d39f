import type { Call } from '../../db/schema/operations'
import type { RequestContext } from '../access/request-context'
import type { Db } from '../database/database'
import { isUnavailable } from '../database/failure'
import type { Fields } from '../intake/body'
import type { Answer } from '../kernel/answers'
import type { Clock } from '../kernel/clock'
import { sha256 } from '../kernel/secrets'
import { openByteBudget } from './budget'
import { type AnsweredRoutes, openCallCounter } from './counter'
import { addCallCounts } from './counts-store'
import { maskedKey } from './mask'
import { insertCalls } from './store'
import { successes } from './successes'

export { deleteCalls, findCall, listCallsNaming, listCallsOf, pageCalls } from './store'

const perSecondMax = 1000
// Writes each second's calls in pieces, so that no request waits long behind them.
const piecesPerSecond = 4
const perPieceMax = perSecondMax / piecesPerSecond

/** The bytes of a row's numbers, hash and index entries. */
const rowBytes = 250
const identifierLengthMax = 255

/** Which calls are recorded. */
export type CallChoice = 'all' | 'refusals' | 'off'

/** The answer to a call, and how long it took. */
export interface RecordedAnswer {
  route: string
  answer: Answer
  code: number | string
  /** The product the answer is about, if it is about one. */
  productId: number | undefined
  ms: number
}

/** Records calls and their answers. */
export interface CallLog {
  /** `values` are the fields of a request that was admitted. */
  note(requestContext: RequestContext, values: Fields | undefined, said: RecordedAnswer): void
  close(): Promise<void>
}

export interface Recording {
  db: Db
  clock: Clock
  /** The answers of this process by route and code, those that are not recorded included. */
  answered: AnsweredRoutes
  /** Called for each call: it may change while the server runs. */
  choice: () => CallChoice
  /** How many bytes of calls to keep per day; 0 for no limit. */
  bytesPerDay: () => number
  counts: { dropped: number }
}

/**
 * A statistic: collected in memory for a second and written during the next, at most a thousand rows. Drops successes
 * first, and counts what it drops.
 */
export function openCallLog({ db, clock, answered, choice, bytesPerDay, counts }: Recording): CallLog {
  const mayKeep = openByteBudget(bytesPerDay)
  const counter = openCallCounter(answered)
  let good: PendingCall[] = []
  let refused: PendingCall[] = []
  const waiting: PendingCall[] = []

  /** Moves the calls of this second to the write queue. */
  function endSecond() {
    const room = perSecondMax - refused.length
    counts.dropped += Math.max(0, good.length - room)
    const calls = [...refused, ...good.slice(0, room)].sort((a, b) => a.at.getTime() - b.at.getTime())
    counter.endSecond(calls, mayCount() ? clock() : undefined)
    waiting.push(...calls)
    good = []
    refused = []
  }

  /** Whether answers count that are not recorded. */
  function mayCount() {
    try {
      return choice() !== 'off'
    } catch (error) {
      if (!isUnavailable(error)) throw error
      return false
    }
  }

  /** Some of the calls, with the counts of all of their second. */
  async function writePiece() {
    const calls = waiting.splice(0, perPieceMax).map(masked)
    const numbers = counter.take()
    if (!calls.length && !numbers.length) return
    try {
      await db.note(async (tx) => {
        await insertCalls(tx, calls)
        await addCallCounts(tx, numbers)
      })
    } catch {
      counter.putBack(numbers)
    }
  }

  function take(requestContext: RequestContext, values: Fields | undefined, said: RecordedAnswer) {
    const kept = choice()
    if (kept === 'off') return
    const isRefusal = !successes.has(said.answer)
    if (kept === 'refusals' && !isRefusal) return
    const calls = isRefusal ? refused : good
    // Returns early: most calls of a busy second end here.
    if (calls.length >= perSecondMax) {
      counts.dropped += 1
      return
    }
    const call = taken(requestContext, values, said)
    if (mayKeep(bytesOf(call), call.at)) calls.push(call)
    else counts.dropped += 1
  }

  let pieces = 0
  const timer = setInterval(() => {
    pieces += 1
    if (pieces % piecesPerSecond === 0) endSecond()
    void writePiece()
  }, 1000 / piecesPerSecond)
  timer.unref()
  return {
    note(requestContext, values, said) {
      try {
        take(requestContext, values, said)
      } catch (error) {
        // If the settings cannot be read, drop the entry rather than delay the answer.
        if (!isUnavailable(error)) throw error
        counts.dropped += 1
      }
    },
    async close() {
      clearInterval(timer)
      endSecond()
      do await writePiece()
      while (waiting.length)
    },
  }
}

/** A call with its licence key in clear, held in memory for about a second. */
type PendingCall = Omit<Call, 'id' | 'licenseHash' | 'maskedKey'> & {
  licenseKey: string | null
  productId: number | undefined
}

const taken = (
  { now, requestId, key, address }: RequestContext,
  values: Fields | undefined,
  { route, code, productId, ms }: RecordedAnswer,
): PendingCall => ({
  at: now,
  requestId,
  route,
  code: String(code),
  apiKeyId: key?.id ?? null,
  address,
  licenseKey: textOf(values?.license_key),
  identifier: textOf(values?.identifier)?.slice(0, identifierLengthMax) ?? null,
  durationMs: Math.round(ms),
  productId,
})

const bytesOf = ({ requestId, route, address, identifier }: PendingCall) =>
  rowBytes + requestId.length + route.length + address.length + Buffer.byteLength(identifier ?? '')

const masked = ({ licenseKey, productId, ...call }: PendingCall): Omit<Call, 'id'> => ({
  ...call,
  licenseHash: licenseKey && sha256(licenseKey),
  maskedKey: licenseKey && maskedKey(licenseKey),
})

const textOf = (value: unknown) => (typeof value === 'string' && value !== '' ? value : null)
