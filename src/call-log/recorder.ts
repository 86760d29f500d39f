import type { Call } from '../../db/schema/operations'
import type { RequestContext } from '../access/request-context'
import type { Db } from '../database/database'
import { isUnavailable } from '../database/failure'
import type { Fields } from '../intake/body'
import type { Answer } from '../kernel/answers'
import { sha256 } from '../kernel/secrets'
import { openByteBudget } from './budget'
import { maskedKey } from './mask'
import { insertCalls } from './store'
import { successes } from './successes'

export { deleteCalls, listCallsNaming, listCallsOf, pageCalls } from './store'

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
export function openCallLog({ db, choice, bytesPerDay, counts }: Recording): CallLog {
  const mayKeep = openByteBudget(bytesPerDay)
  let good: PendingCall[] = []
  let refused: PendingCall[] = []
  const waiting: PendingCall[] = []

  /** Moves the calls of this second to the write queue. */
  function endSecond() {
    const room = perSecondMax - refused.length
    counts.dropped += Math.max(0, good.length - room)
    waiting.push(...[...refused, ...good.slice(0, room)].sort((a, b) => a.at.getTime() - b.at.getTime()))
    good = []
    refused = []
  }

  async function writePiece() {
    if (!waiting.length) return
    const calls = waiting.splice(0, perPieceMax).map(masked)
    await db.note((tx) => insertCalls(tx, calls)).catch(() => {})
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
      while (waiting.length) await writePiece()
    },
  }
}

/** A call with its licence key in clear, held in memory for about a second. */
type PendingCall = Omit<Call, 'id' | 'licenseHash' | 'maskedKey'> & { licenseKey: string | null }

const taken = (
  { now, requestId, key, address }: RequestContext,
  values: Fields | undefined,
  { route, code, ms }: RecordedAnswer,
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
})

const bytesOf = ({ requestId, route, address, identifier }: PendingCall) =>
  rowBytes + requestId.length + route.length + address.length + Buffer.byteLength(identifier ?? '')

const masked = ({ licenseKey, ...call }: PendingCall): Omit<Call, 'id'> => ({
  ...call,
  licenseHash: licenseKey && sha256(licenseKey),
  maskedKey: licenseKey && maskedKey(licenseKey),
})

const textOf = (value: unknown) => (typeof value === 'string' && value !== '' ? value : null)
