import type { User, UserToken } from '../../db/schema/access'
import { type Limiter, passAll, sharesOf } from '../access/rate-limit'
import { record } from '../audit/record'
import type { Tx } from '../database/connection'
import type { Db } from '../database/database'
import { networkOf, networksOf } from '../kernel/networks'
import { Refusal, say } from '../kernel/outcome'
import { sha256 } from '../kernel/secrets'
import type { Sealer } from '../signing/sealing'
import { isPassword } from './password'
import { type CodeClaim, checkCode, findFactors, methodsOf, type SecondFactor, type TypedCode } from './second-factor'
import { findUser, updateUser } from './store'
import { makeTicket, openTicket, spendTicket } from './ticket'
import { beginSession, type Identity } from './tokens'

const perAddress = 30
// Limits per name: `perPlace` from one known device or one network, `perName` from all unknown devices together.
const perPlace = 10
const perName = 30

export interface LogInDeps {
  db: Db
  limit: Limiter
  sealer: Sealer
}

/** Where a log-in comes from. */
export interface LogInOrigin {
  address: string
  /** The session's name in lists. */
  device: string
  requestId?: string | undefined
}

/** A log-in attempt: credentials and origin. */
export interface LogInAttempt extends LogInOrigin {
  name: string
  password: string
  /** The browser, if this user has logged in with it before: attempts from elsewhere cannot use up its limit. */
  knownDevice?: string | undefined
}

/** A session that has begun, and its value. */
export interface Begun extends Identity {
  value: string
}

/** A right password that alone gives nothing: what can follow, and the ticket for it. */
export interface Pending {
  ticket: string
  methods: SecondFactor[]
}

/** What a ticket says after the password: whose it was, and which password. */
interface AfterPassword {
  name: string
  password: string
}

/**
 * Starts a session if the password is right and the user has no second factor; otherwise returns undefined without
 * saying what was wrong. Throws a `Refusal` after too many attempts for one name or from one address.
 */
export async function logIn(
  { db, limit, sealer }: LogInDeps,
  { name, password, knownDevice, ...origin }: LogInAttempt,
  now: Date,
): Promise<Begun | Pending | undefined> {
  if (knownDevice === undefined) {
    requireWithinLimit(passAll(limit, sharesOf('log-in from', networksOf(origin.address), perAddress), now))
    requireWithinLimit(limit(`log-in as ${name}`, perName, now))
  }
  const place = knownDevice ?? networkOf(origin.address)
  const known = await checkPassword({ db, limit }, { name, password, place }, now)
  if (known?.status !== 'active') return undefined
  const methods = methodsOf(await findFactors(db.read, known.id))
  if (methods.length) {
    const data: AfterPassword = { name, password: fingerprintOf(known) }
    return { methods, ticket: makeTicket(sealer, 'second factor', data, now) }
  }
  return enter(db, known, { ...origin, method: 'password' }, now)
}

/** The user who has given the password and owes a second factor; undefined if the ticket is not genuine or too old. */
export async function pendingUser(
  { db, sealer }: Pick<LogInDeps, 'db' | 'sealer'>,
  shown: string | undefined,
  now: Date,
) {
  const ticket = openTicket<AfterPassword>(sealer, 'second factor', shown, now)
  const user = ticket && (await findUser(db.read, ticket.data.name))
  if (!user || fingerprintOf(user) !== ticket.data.password) return undefined
  return { user, ticket }
}

/** Starts the session that the password began if the code is right; undefined if it is not, or the ticket is over. */
export async function completeLogIn(
  deps: LogInDeps,
  { ticket: shown, typed, ...origin }: LogInOrigin & { ticket: string | undefined; typed: TypedCode },
  now: Date,
): Promise<Begun | 'expired' | undefined> {
  const pending = await pendingUser(deps, shown, now)
  if (!pending) return 'expired'
  const author = { actor: `user ${pending.user.name}`, requestId: origin.requestId }
  const claim = await checkCode({ ...deps, db: deps.db.as(author) }, pending.user, typed, now)
  if (!claim) return undefined
  const take = async (tx: Tx) => (await spendTicket(tx, pending.ticket, now)) && claim.take(tx)
  return enter(deps.db, pending.user, { ...origin, method: 'password', secondFactor: claim.method, take }, now)
}

interface Entry extends LogInOrigin {
  method: NonNullable<UserToken['method']>
  secondFactor?: CodeClaim['method']
  /** Uses up what was shown; false if it was used before. */
  take?(tx: Tx): Promise<boolean>
  /** When the user proved who they are; now, unless a provider did not say so. */
  provenAt?: Date | null
}

/** Starts a session for a user who has shown enough; undefined if they were disabled or changed meanwhile. */
export function enter(
  db: Db,
  known: User,
  { take, requestId, device, secondFactor, provenAt = undefined, ...origin }: Entry,
  now: Date,
): Promise<Begun | undefined> {
  return db.as({ actor: `user ${known.name}`, requestId }).write(async (tx) => {
    // Read again: the user may have changed while the password was checked.
    const user = await findUser(tx, known.name)
    if (user?.status !== 'active' || user.passwordHash !== known.passwordHash) return undefined
    if (take && !(await take(tx))) return undefined
    const { address, method } = origin
    const draft = { user, name: device, address, method, provenAt: provenAt === undefined ? now : provenAt }
    const session = await beginSession(tx, draft, now)
    await updateUser(tx, user.id, { lastLoginAt: now })
    const after = { method, ...(secondFactor && { secondFactor }) }
    await record(tx, { verb: 'user.logged-in', id: user.id, after }, now)
    return { ...session, user }
  })
}

/** Limits attempts that name no user, as with a passkey, for one address. */
export const requireAttempt = (limit: Limiter, address: string, now: Date) =>
  requireWithinLimit(passAll(limit, sharesOf('log-in from', networksOf(address), perAddress), now))

/** Which password a user has, without its hash. */
const fingerprintOf = ({ passwordHash }: User) => sha256(`password ${passwordHash}`)

/**
 * The user with that name and password, in any state; limited to a few attempts per minute for one name at one place.
 */
export async function checkPassword(
  { db, limit }: { db: Db; limit: Limiter },
  { name, password, place }: { name: string; password: string; place: string },
  now: Date,
): Promise<User | undefined> {
  requireWithinLimit(limit(`password of ${name} at ${place}`, perPlace, now))
  const user = await findUser(db.read, name)
  return (await isPassword(password, user?.passwordHash)) ? user : undefined
}

function requireWithinLimit(seconds: number) {
  if (seconds > 0) throw new Refusal(say('too_many_requests', { retry_after: seconds }))
}
