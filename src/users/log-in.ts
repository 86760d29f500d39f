import type { User } from '../../db/schema/access'
import { type Limiter, passAll, sharesOf } from '../access/rate-limit'
import { record } from '../audit/record'
import type { Db } from '../database/database'
import { networkOf, networksOf } from '../kernel/networks'
import { Refusal, say } from '../kernel/outcome'
import { isPassword } from './password'
import { findUser, updateUser } from './store'
import { beginSession } from './tokens'

const perAddress = 30
// Limits per name: `perPlace` from one known device or one network, `perName` from all unknown devices together.
const perPlace = 10
const perName = 30

/** A log-in attempt: credentials and origin. */
export interface LogInAttempt {
  name: string
  password: string
  address: string
  /** The browser, if this user has logged in with it before: attempts from elsewhere cannot use up its limit. */
  knownDevice?: string | undefined
  /** The session's name in lists. */
  device: string
  requestId?: string | undefined
}

/**
 * Starts a session if the password is right; otherwise returns undefined without saying what was wrong. Throws a
 * `Refusal` after too many attempts for one name or from one address.
 */
export async function logIn(
  { db, limit }: { db: Db; limit: Limiter },
  { name, password, address, knownDevice, device, requestId }: LogInAttempt,
  now: Date,
) {
  if (knownDevice === undefined) {
    requireWithinLimit(passAll(limit, sharesOf('log-in from', networksOf(address), perAddress), now))
    requireWithinLimit(limit(`log-in as ${name}`, perName, now))
  }
  const place = knownDevice ?? networkOf(address)
  const known = await checkPassword({ db, limit }, { name, password, place }, now)
  if (!known) return undefined
  return db.as({ actor: `user ${name}`, requestId }).write(async (tx) => {
    // Read again: the user may have changed while the password was checked.
    const user = await findUser(tx, name)
    if (user?.status !== 'active' || user.passwordHash !== known.passwordHash) return undefined
    const session = await beginSession(tx, { user, name: device }, now)
    await updateUser(tx, user.id, { lastLoginAt: now })
    await record(tx, { verb: 'user.logged-in', id: user.id }, now)
    return { ...session, user }
  })
}

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
