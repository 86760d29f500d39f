import { sign } from 'node:crypto'
import { promisify } from 'node:util'
import type { License } from '../../../db/schema/licensing'
import { dayMs } from '../../kernel/durations'
import { isoPlain } from '../../kernel/moments'
import type { Signer } from '../../signing/key-ring'
import { signAtOnce } from '../../signing/signature'
import { expiryOf } from '../licenses/policy'

const signAsync = promisify(sign)
const formatVersion = '1.0'
const lifetimeMs = dayMs

/** The inputs of a file besides the licence. */
export interface Terms {
  hardwareId: string | null
  domain: string | null
  /** The maximum; fewer if the licence ends sooner. */
  gracePeriodDays: number
  environment: string
  /** What binds the file to its product, and to the request for it. */
  binding?: object | undefined
  activationsCount: number
  now: Date
}

/**
 * The content of a signed file (CONTRACT §8). It lapses after 24 hours, since it cannot be revoked on a device.
 * `ends_at` is the licence's own end; the grace is also cut to whole days before it, for readers that do not know
 * `ends_at`.
 */
export function signedFileContent(license: License, terms: Terms) {
  const end = expiryOf(license)
  const untilMs = end?.getTime() ?? Infinity
  const lapse = new Date(Math.min(terms.now.getTime() + lifetimeMs, untilMs))
  const daysLeft = Math.floor((untilMs - lapse.getTime()) / dayMs)
  const hasFeatures = Object.keys(license.features).length > 0
  return {
    version: formatVersion,
    license: {
      key: license.licenseKey,
      status: 'active',
      expires_at: isoPlain(lapse),
      ends_at: end ? isoPlain(end) : null,
      hardware_id: terms.hardwareId,
      domain: terms.domain,
      // PHP reads an empty object as an empty list and would check the signature over that.
      features: hasFeatures ? license.features : [],
      activations_limit: license.activationLimit,
      activations_count: terms.activationsCount,
    },
    grace_period_days: Math.min(terms.gracePeriodDays, daysLeft),
    issued_at: isoPlain(terms.now),
    last_verified_at: isoPlain(terms.now),
    environment: terms.environment,
    ...terms.binding,
  }
}

/** Runs work with a private key when its turn comes. */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>

/**
 * The text of the file: compact JSON with sorted keys, and the signature over that text without the signature (CONTRACT
 * §8).
 */
export async function signFile(content: object, { privateKey, algorithm }: Signer, inTurn: InTurn): Promise<string> {
  const text = canonical(content)
  const signature =
    algorithm === 'ES256'
      ? signAtOnce(text, privateKey)
      : (await inTurn(() => signAsync('sha256', Buffer.from(text), privateKey))).toString('base64')
  return canonical({ ...content, signature })
}

const canonical = (value: object) => JSON.stringify(value, (_, node) => (isRecord(node) ? sorted(node) : node))

const isRecord = (node: unknown): node is Record<string, unknown> =>
  typeof node === 'object' && node !== null && !Array.isArray(node)

const sorted = (node: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(node).sort(([a], [b]) => (a < b ? -1 : 1)))
