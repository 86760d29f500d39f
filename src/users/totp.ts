import type { User } from '../../db/schema/access'
import type { UserTotp } from '../../db/schema/log-in'
import { record } from '../audit/record'
import type { Queryable, Tx } from '../database/connection'
import { message, remedy } from '../kernel/message'
import { OperatorError } from '../kernel/operator-error'
import type { Sealer } from '../signing/sealing'
import { confirmTotp, deleteTotp, findTotp, putTotp, takeStep } from './second-factor-store'
import { requireUser } from './service'

// What authenticator apps assume: SHA-1, six digits, half a minute. One code before and after counts, for clocks that
// are not quite right.
const secretBytes = 20
const periodSeconds = 30
const window = 1

const purposeOfTotp = (userId: number) => `user_totp.sealed_secret ${userId}`

/** Restores a user's secret; throws if the seal is invalid. */
export const openTotp = ({ userId, sealedSecret }: Pick<UserTotp, 'userId' | 'sealedSecret'>, sealer: Sealer): string =>
  sealer.open(Buffer.from(sealedSecret, 'base64'), purposeOfTotp(userId)).toString()

/** A new secret, and the address that a QR code shows to an authenticator app. */
export async function prepareTotp(userName: string, issuer: string) {
  const { Secret, TOTP } = await import('otpauth')
  const secret = new Secret({ size: secretBytes })
  return { secret: secret.base32, uri: new TOTP({ issuer, label: userName, secret }).toString() }
}

/** Stores a secret; it is in use when a code has confirmed it. Throws an `OperatorError` if one is in use. */
export async function beginTotp(
  tx: Tx,
  name: string,
  { secret, sealer }: { secret: string; sealer: Sealer },
  now: Date,
) {
  const { id: userId } = await requireUser(tx, name)
  if ((await findTotp(tx, userId))?.confirmedAt) {
    throw new OperatorError(
      message`"${name}" has an authenticator app already: remove it first, with ${remedy('user totp remove', { user: name })}`,
    )
  }
  const sealedSecret = sealer.seal(Buffer.from(secret), purposeOfTotp(userId)).toString('base64')
  await putTotp(tx, { userId, sealedSecret, createdAt: now })
  await record(tx, { verb: 'user.totp-begun', id: userId }, now)
}

/** The half minute that a code is of, within what counts now; undefined for a wrong code. */
export async function stepOfCode(totp: UserTotp, code: string, sealer: Sealer, now: Date): Promise<number | undefined> {
  const { Secret, TOTP } = await import('otpauth')
  const secret = Secret.fromBase32(openTotp(totp, sealer))
  const token = code.replace(/\s/g, '')
  if (!/^\d{6}$/.test(token)) return undefined
  const timestamp = now.getTime()
  const delta = new TOTP({ secret, period: periodSeconds }).validate({ token, window, timestamp })
  return delta === null ? undefined : Math.floor(timestamp / 1000 / periodSeconds) + delta
}

/** The secret that waits for its first code. Throws an `OperatorError` if there is none. */
export async function requireUnconfirmed(db: Queryable, { id, name }: Pick<User, 'id' | 'name'>): Promise<UserTotp> {
  const totp = await findTotp(db, id)
  if (totp && !totp.confirmedAt) return totp
  throw new OperatorError(
    message`nothing waits for a code: begin with ${remedy('user totp begin', { user: name })}`,
    'conflict',
  )
}

/** Puts a secret in use. Throws an `OperatorError` if its code was taken meanwhile. */
export async function finishTotp(tx: Tx, user: Pick<User, 'id' | 'name'>, step: number, now: Date) {
  await requireUnconfirmed(tx, user)
  if (!(await takeStep(tx, user.id, step))) throw new OperatorError('this code was used: wait for the next one')
  await confirmTotp(tx, user.id, now)
  await record(tx, { verb: 'user.totp-confirmed', id: user.id }, now)
}

/** Removes a user's secret. Throws an `OperatorError` if there is none. */
export async function removeTotp(tx: Tx, name: string, now: Date) {
  const { id } = await requireUser(tx, name)
  if (!(await findTotp(tx, id))) throw new OperatorError(`"${name}" has no authenticator app`, 'not_found')
  await deleteTotp(tx, id)
  await record(tx, { verb: 'user.totp-removed', id }, now)
}
