import type { User } from '../../db/schema/access'
import type { UserPasskey } from '../../db/schema/log-in'
import type { Limiter } from '../access/rate-limit'
import { record } from '../audit/record'
import type { Config } from '../config'
import type { Queryable, Tx } from '../database/connection'
import type { Db } from '../database/database'
import { fieldRef, message, remedy } from '../kernel/message'
import { OperatorError } from '../kernel/operator-error'
import { Refusal, say } from '../kernel/outcome'
import type { Sealer } from '../signing/sealing'
import { listPasskeys } from './passkey-store'
import { hashOfRecoveryCode } from './recovery-codes'
import {
  countFailure,
  countRecoveryCodes,
  deleteSecondFactors,
  findHasSecondFactor,
  findTotp,
  hasRecoveryCode,
  takeRecoveryCode,
  takeStep,
} from './second-factor-store'
import { requireUser } from './service'
import { revokeTokens } from './store'
import { stepOfCode } from './totp'

export { findHasSecondFactor, listFactorHolders, listSealedTotp } from './second-factor-store'

/** What can follow a password. */
export const secondFactors = ['totp', 'passkey', 'recovery_code'] as const
export type SecondFactor = (typeof secondFactors)[number]

const codesPerMinute = 5
// NIST SP 800-63B allows 100 wrong codes in a row.
const failuresMax = 100

/** What a user has beside the password. */
export interface Factors {
  totpSince: Date | null
  passkeys: UserPasskey[]
  recoveryCodes: number
}

export async function findFactors(db: Queryable, userId: number): Promise<Factors> {
  const totp = await findTotp(db, userId)
  return {
    totpSince: totp?.confirmedAt ?? null,
    passkeys: await listPasskeys(db, userId),
    recoveryCodes: await countRecoveryCodes(db, userId),
  }
}

/** What a user may show as a second factor; nothing without an app or a passkey. */
export function methodsOf({ totpSince, passkeys, recoveryCodes }: Factors): SecondFactor[] {
  if (!totpSince && !passkeys.length) return []
  const has: Record<SecondFactor, boolean> = {
    totp: totpSince !== null,
    passkey: passkeys.length > 0,
    recovery_code: recoveryCodes > 0,
  }
  return secondFactors.filter((method) => has[method])
}

/** Whether the settings ask this user for a second factor. */
export const mustHaveSecondFactor = ({ role }: Pick<User, 'role'>, { require_2fa }: Pick<Config, 'require_2fa'>) =>
  require_2fa === 'all' || (require_2fa === 'owners' && role === 'owner')

/** Whether a user has to set up a second factor before anything else. */
export const lacksSecondFactor = async (db: Queryable, user: User, config: Pick<Config, 'require_2fa'>) =>
  mustHaveSecondFactor(user, config) && !(await findHasSecondFactor(db, user.id))

/** The code that a person types: of the app, or one of the recovery codes. */
export interface TypedCode {
  code?: string | undefined
  recovery_code?: string | undefined
}

/** A right code, which counts only in a write that takes it; false if another request took it first. */
export interface CodeClaim {
  method: SecondFactor
  take(tx: Tx): Promise<boolean>
}

/**
 * Checks a code; undefined if it is wrong, which the audit log notes. Throws a `Refusal` after too many attempts, and an
 * `OperatorError` after too many wrong codes in a row.
 */
export async function checkCode(
  { db, limit, sealer }: { db: Db; limit: Limiter; sealer: Sealer },
  user: User,
  { code, recovery_code }: TypedCode,
  now: Date,
): Promise<CodeClaim | undefined> {
  if (code === undefined && recovery_code === undefined) {
    throw new OperatorError(
      message`give the ${fieldRef('code')} of your authenticator app, or a ${fieldRef('recovery_code')}`,
      'invalid_input',
    )
  }
  const seconds = limit(`second factor of ${user.name}`, codesPerMinute, now)
  if (seconds > 0) throw new Refusal(say('too_many_requests', { retry_after: seconds }))
  const claim =
    recovery_code === undefined
      ? await claimOfCode({ db, sealer }, user, code!, now)
      : await claimOfRecoveryCode(db, user, recovery_code, now)
  if (!claim) {
    await db.write(async (tx) => {
      await countFailure(tx, user.id)
      await record(tx, { verb: 'user.second-factor-failed', id: user.id }, now)
    })
  }
  return claim
}

async function claimOfCode({ db, sealer }: { db: Db; sealer: Sealer }, user: User, code: string, now: Date) {
  const totp = await findTotp(db.read, user.id)
  if (!totp?.confirmedAt) return undefined
  if (totp.failures >= failuresMax) {
    throw new OperatorError(
      message`too many wrong codes: use a recovery code, or ask an owner for ${remedy('user reset-second-factor', { user: user.name })}`,
      'forbidden',
    )
  }
  const step = await stepOfCode(totp, code, sealer, now)
  if (step === undefined || step <= totp.lastStep) return undefined
  return { method: 'totp', take: (tx) => takeStep(tx, user.id, step) } satisfies CodeClaim
}

async function claimOfRecoveryCode(db: Db, user: User, code: string, now: Date) {
  const hash = hashOfRecoveryCode(code)
  if (!(await hasRecoveryCode(db.read, user.id, hash))) return undefined
  return {
    method: 'recovery_code',
    async take(tx) {
      if (!(await takeRecoveryCode(tx, user.id, hash, now))) return false
      await record(tx, { verb: 'user.recovery-code-used', id: user.id }, now)
      return true
    },
  } satisfies CodeClaim
}

/**
 * Removes every second factor of a user, for somebody who has lost theirs, and ends the sessions: whoever holds the lost
 * device may be in one.
 */
export async function resetSecondFactor(tx: Tx, name: string, now: Date): Promise<User> {
  const user = await requireUser(tx, name)
  await deleteSecondFactors(tx, user.id)
  await revokeTokens(tx, { userId: user.id, kind: 'session' }, now)
  await record(tx, { verb: 'user.second-factor-reset', id: user.id }, now)
  return user
}
