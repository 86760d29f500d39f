import { baseUrlOf } from '../access/base-url'
import type { Deps } from '../deps'
import { message, settingRef } from '../kernel/message'
import { OperatorError } from '../kernel/operator-error'

/** The address at which programs reach this server: `base_url`, or the one that this request has used. */
export function publicUrlOf(deps: Pick<Deps, 'config' | 'peers'>, request: Request): string {
  const url = baseUrlOf(deps, request)
  if (url) return url
  throw new OperatorError(message`programs need the address of this server: set ${settingRef('base_url')}`)
}
