import type { Deps } from '../deps'
import { baseUrlOf } from '../features/downloads/base-url'
import { addressSet } from '../kernel/addresses'
import { message, settingRef } from '../kernel/message'
import { OperatorError } from '../kernel/operator-error'

/** The address at which programs reach this server: `base_url`, or the one that this request has used. */
export function publicUrlOf({ config, peers }: Pick<Deps, 'config' | 'peers'>, request: Request): string {
  const used = () => baseUrlOf(request.headers, peers.addressOf(request), addressSet(config.trusted_proxies))
  const url = config.base_url || used()
  if (url) return url
  throw new OperatorError(message`programs need the address of this server: set ${settingRef('base_url')}`)
}
