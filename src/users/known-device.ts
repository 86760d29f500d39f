import { timingSafeEqual } from 'node:crypto'
import { dayMs } from '../kernel/durations'
import { randomToken } from '../kernel/secrets'

/** The purpose the key of device cookies is derived for. */
export const devicePurpose = 'known device'

/** How long a browser stays known after its last log-in. */
export const deviceLifetimeMs = 400 * dayMs

/**
 * The cookie that marks a browser in which a user has logged in: a random number, and an HMAC that binds it to the
 * user.
 */
export function makeDevice(key: Buffer, userName: string): string {
  const id = randomToken('lkd')
  return `${id}.${macOf(key, userName, id)}`
}

/** The number from a browser's cookie if it is valid for this user; undefined otherwise. */
export function knownDevice(key: Buffer, userName: string, shown: string | undefined): string | undefined {
  const [id, mac] = shown?.split('.') ?? []
  if (!id || !mac) return undefined
  const [given, right] = [Buffer.from(mac), Buffer.from(macOf(key, userName, id))]
  return given.length === right.length && timingSafeEqual(given, right) ? id : undefined
}

const macOf = (key: Buffer, userName: string, id: string) =>
  new Bun.CryptoHasher('sha256', key).update(JSON.stringify([userName, id])).digest('hex')
