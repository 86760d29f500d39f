import type { ApiKey } from '../../db/schema/access'
import { everything, presets } from '../access/capabilities'

/** Whether its time has come. */
export const isOver = ({ expiresAt }: ApiKey, now: Date) => expiresAt !== null && expiresAt <= now

/** An API key as operators see it: all but its value. */
export const apiKeyView = (key: ApiKey) => ({
  id: key.id,
  name: key.name,
  prefix: key.prefix,
  status: key.status,
  capabilities: key.capabilities,
  allowed_ips: key.allowedIps,
  rate_limit_per_minute: key.rateLimitPerMinute,
  expires_at: key.expiresAt?.toISOString() ?? null,
  created_at: key.createdAt.toISOString(),
  last_used_at: key.lastUsedAt?.toISOString() ?? null,
  previous_until: key.previousUntil?.toISOString() ?? null,
})

/** What it may do, in as few words as there are for it. */
export function mayOf(held: string[]) {
  if (held.includes(everything)) return 'everything'
  const preset = Object.entries(presets).find(([, usual]) => isSame(usual, held))
  return preset?.[0] ?? held.join(',')
}

const isSame = (some: readonly string[], others: readonly string[]) =>
  [...some].sort().join() === [...others].sort().join()
