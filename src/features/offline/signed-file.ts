import { sign } from 'node:crypto'
import { promisify } from 'node:util'
import type { License } from '../../../db/schema/licensing'
import { dayMs } from '../../kernel/durations'
import { isoPlain } from '../../kernel/moments'
import type { Signer } from '../../signing/key-ring'
import { expiryOf } from '../licenses/policy'

const signAsync = promisify(sign)
const formatVersion = '1.0'
const lifetimeMs = dayMs

/** What a file is made of, beside the licence. */
export interface Terms {
  hardwareId: string | null
  domain: string | null
  /** At most; fewer where the licence ends before. */
  gracePeriodDays: number
  environment: string
  activationsCount: number
  now: Date
}

/**
 * What a signed file says (CONTRACT §8). It lapses after 24 hours: nothing else can take it back from a device. The
 * licence's own end stands in it as `ends_at`, and the grace is cut to whole days before that for readers that know of none.
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
  }
}

/** Does work with a private key when its turn has come. */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>

/** The file's text: compact JSON with sorted keys, the signature over that same text without it (CONTRACT §8). */
export async function signFile(content: object, { privateKey }: Signer, inTurn: InTurn): Promise<string> {
  const signature = await inTurn(() => signAsync('sha256', Buffer.from(canonical(content)), privateKey))
  return canonical({ ...content, signature: signature.toString('base64') })
}

const canonical = (value: object) => JSON.stringify(value, (_, node) => (isRecord(node) ? sorted(node) : node))

const isRecord = (node: unknown): node is Record<string, unknown> =>
  typeof node === 'object' && node !== null && !Array.isArray(node)

const sorted = (node: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(node).sort(([a], [b]) => (a < b ? -1 : 1)))
