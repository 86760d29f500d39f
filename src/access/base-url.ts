import { isIP } from 'node:net'
import type { Deps } from '../deps'
import { addressSet, plainAddress } from '../kernel/addresses'

/**
 * The address of this server for links: the setting `base_url`, or the one at which the client reached it, with `https`
 * only if a trusted proxy reports it. Undefined if the Host header is not a valid host: it is copied into an answer and
 * may hold anything.
 */
export function baseUrlOf({ config, peers }: Pick<Deps, 'config' | 'peers'>, request: Request): string | undefined {
  // The settings may change while the server runs.
  if (config.base_url) return config.base_url
  const { headers } = request
  const host = headers.get('host')
  if (!host || !isHost(host)) return undefined
  const isForwarded = addressSet(config.trusted_proxies).has(plainAddress(peers.addressOf(request)))
  const scheme = isForwarded && /^\s*https\s*(,|$)/i.test(headers.get('x-forwarded-proto') ?? '') ? 'https' : 'http'
  return `${scheme}://${host}`
}

function isHost(text: string) {
  const [, v6, name, port] =
    /^(?:\[([0-9a-f:.]+)\]|([a-z0-9](?:[a-z0-9._-]*[a-z0-9])?))(?::(\d{1,5}))?$/i.exec(text) ?? []
  if (port !== undefined && Number(port) > 65_535) return false
  return v6 === undefined ? name !== undefined && name.length <= 253 : isIP(v6) === 6
}
