import { randomBytes } from 'node:crypto'
import { record } from '../audit/record'
import type { Tx } from '../database/connection'
import { sha256 } from '../kernel/secrets'
import { countRecoveryCodes, findHasSecondFactor, putRecoveryCodes } from './second-factor-store'

const codes = 10
// 32 characters that nobody takes for another.
const alphabet = '23456789abcdefghijkmnpqrstuvwxyz'
const characters = 16

const randomCode = () =>
  [...randomBytes(characters)]
    .map((byte) => alphabet[byte % alphabet.length])
    .join('')
    .replace(/(.{4})(?=.)/g, '$1-')

/** The hash of a recovery code, however it is typed. It has 80 random bits, so a fast hash protects it. */
export const hashOfRecoveryCode = (code: string) => sha256(code.toLowerCase().replace(/[^a-z0-9]/g, ''))

/** Makes new recovery codes, which replace all others, and returns them this once. */
export async function makeRecoveryCodes(tx: Tx, userId: number, now: Date): Promise<string[]> {
  const made = Array.from({ length: codes }, randomCode)
  await putRecoveryCodes(tx, userId, made.map(hashOfRecoveryCode), now)
  await record(tx, { verb: 'user.recovery-codes-made', id: userId }, now)
  return made
}

/** New recovery codes if the user has none left, as with a first second factor. */
export const firstRecoveryCodes = async (tx: Tx, userId: number, now: Date): Promise<string[]> =>
  (await countRecoveryCodes(tx, userId)) ? [] : makeRecoveryCodes(tx, userId, now)

/** Deletes the recovery codes of a user who has no second factor left that they could replace. */
export async function forgetUnneededCodes(tx: Tx, userId: number, now: Date) {
  if (await findHasSecondFactor(tx, userId)) return
  await putRecoveryCodes(tx, userId, [], now)
}
