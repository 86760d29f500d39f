import { networksOf } from '../kernel/networks'
import type { KnownKey } from './credential-cache'
import type { Share } from './rate-limit'

const shareOfNetwork = 0.1

/** A limit per minute on what an API key creates. */
export interface Quota {
  name: string
  perMinute: number
  amount?: number
}

/**
 * A quota as shares of the limiter: the whole for the key and, for a key shipped in every copy of a program, a tenth
 * for each network, so that one client cannot use up the others' quota.
 */
export function sharesOfKey(quota: Quota, key: Pick<KnownKey, 'id' | 'isShared'>, address: () => string): Share[] {
  if (quota.perMinute <= 0) return []
  const whole = { ...quota, name: `${quota.name} ${key.id}` }
  const networks = key.isShared ? networksOf(address()) : []
  return [
    whole,
    ...networks.map(({ name, factor }) => ({
      ...whole,
      name: `${whole.name} from ${name}`,
      perMinute: Math.min(whole.perMinute, Math.max(1, whole.perMinute * shareOfNetwork * factor)),
    })),
  ]
}
