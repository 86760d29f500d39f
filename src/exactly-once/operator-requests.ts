import { createHmac } from 'node:crypto'
import { passAll } from '../access/rate-limit'
import type { Db } from '../database/database'
import type { Deps } from '../deps'
import { dayMs } from '../kernel/durations'
import { message, remedy } from '../kernel/message'
import { OperatorError } from '../kernel/operator-error'
import { Refusal, say } from '../kernel/outcome'
import { findOperatorRequest, insertOperatorRequest, putOperatorAnswer } from './operator-store'

const rememberedMs = dayMs
const answerLengthMax = 1_048_576

/** A change that a user has sent with an `Idempotency-Key`. */
export interface OperatorRequest {
  readonly user: { readonly id: number; readonly name: string }
  readonly key: string
  readonly route: string
  readonly fields: object
  readonly requestId: string
  readonly now: Date
  /** Reads the uploaded file, unless that was done, and returns its SHA-256; undefined for a request without one. */
  fileHash(): Promise<string | undefined>
}

/** Carries out users' repeated changes once. */
export interface OperatorRequests {
  /**
   * Does the work with a database whose first write also stores the key, so that the change cannot be made again, and
   * then stores its answer, sealed, for 24 hours. An equal request gets that answer; a different one with the key is
   * refused. If the answer was lost, the refusal names the request that made the change.
   */
  perform(db: Db, request: OperatorRequest, work: (db: Db) => Promise<unknown>): Promise<Performed>
}

/** An answer, and whether it is that of an earlier request. */
export interface Performed {
  readonly answer: unknown
  readonly isRepeated: boolean
}

export function openOperatorRequests({ sealer, config, limit }: Pick<Deps, 'sealer' | 'config' | 'limit'>) {
  const hashKey = sealer.derive('operator request')
  const running = new Map<string, Promise<Performed>>()

  const hashOf = ({ route, fields }: OperatorRequest) =>
    createHmac('sha256', hashKey)
      .update(JSON.stringify([route, fields]))
      .digest('hex')

  async function perform(db: Db, request: OperatorRequest, work: (db: Db) => Promise<unknown>): Promise<Performed> {
    requireKey(request.key)
    const name = `${request.user.id} ${request.key}`
    for (let other = running.get(name); other; other = running.get(name)) await other.catch(() => {})
    const performed = performOnce(db, request, work)
    running.set(name, performed)
    try {
      return await performed
    } finally {
      running.delete(name)
    }
  }

  async function performOnce(db: Db, request: OperatorRequest, work: (db: Db) => Promise<unknown>): Promise<Performed> {
    const { user, key, requestId, now } = request
    const requestHash = hashOf(request)
    const userId = user.id
    const after = new Date(now.getTime() - rememberedMs)
    const known = await findOperatorRequest(db.read, { userId, key }, after)
    if (known) {
      const isSame = known.requestHash === requestHash && (await request.fileHash()) === (known.fileHash ?? undefined)
      if (!isSame) throw new Refusal(say('idempotency_key_reused'))
      if (!known.sealedAnswer) throw lostAnswer(request, known)
      return { answer: JSON.parse(opened(known.sealedAnswer, request)), isRepeated: true }
    }
    requirePace(request)
    const row = { userId, key, requestHash, requestId, createdAt: now }
    const answer = await work(claiming(db, async (tx) => requireUnused(await insertOperatorRequest(tx, row, after))))
    const text = JSON.stringify(answer)
    const fileHash = (await request.fileHash()) ?? null
    const sealedAnswer = text.length > answerLengthMax ? null : sealer.seal(Buffer.from(text), purposeOf(request))
    // The change stands, so its answer is given even if it cannot be stored.
    await db.write((tx) => putOperatorAnswer(tx, { ...row, fileHash, sealedAnswer })).catch(() => {})
    return { answer, isRepeated: false }
  }

  function opened(sealed: Buffer, request: OperatorRequest) {
    return sealer.open(sealed, purposeOf(request)).toString()
  }

  function requirePace({ user, now }: OperatorRequest) {
    const perMinute = config.idempotency_keys_per_minute
    const shares = perMinute > 0 ? [{ name: `idempotency keys of user ${user.id}`, perMinute }] : []
    const seconds = passAll(limit, shares, now)
    if (seconds) throw new Refusal(say('too_many_requests', { retry_after: seconds }))
  }

  return { perform } satisfies OperatorRequests
}

const purposeOf = ({ user, key }: OperatorRequest) => `operator_requests.sealed_answer ${user.id} ${key}`

function requireKey(key: string) {
  if (/^[\x21-\x7e]{1,255}$/.test(key)) return
  throw new OperatorError(
    'the Idempotency-Key must have 1 to 255 printable ASCII characters and no spaces: send a random UUID',
    'invalid_input',
  )
}

function requireUnused(isUnused: boolean) {
  if (!isUnused) throw new OperatorError('another server is carrying out this request: ask again in a moment')
}

const lostAnswer = ({ user }: OperatorRequest, { requestId, createdAt }: { requestId: string; createdAt: Date }) =>
  new OperatorError(
    message`request ${requestId} made this change before, and its answer is not kept: see what it changed with ${remedy(
      'audit list',
      { actor: `user ${user.name}`, from: createdAt.toISOString() },
    )}`,
  )

/** A database whose first write that commits also makes the claim; further writes wait for it. */
function claiming(db: Db, claim: (tx: Parameters<Parameters<Db['write']>[0]>[0]) => Promise<void>): Db {
  let claimed: Promise<boolean> | undefined

  async function write<T>(to: Db, work: Parameters<typeof to.write<T>>[0]): Promise<T> {
    while (claimed) if (await claimed) return to.write(work)
    const first = to.write(async (tx) => {
      await claim(tx)
      return work(tx)
    })
    claimed = first.then(
      () => true,
      () => {
        claimed = undefined
        return false
      },
    )
    return first
  }

  const inNameOf = (to: Db): Db => ({
    ...to,
    get read() {
      return to.read
    },
    write: (work) => write(to, work),
    as: (author) => inNameOf(to.as(author)),
  })
  return inNameOf(db)
}
