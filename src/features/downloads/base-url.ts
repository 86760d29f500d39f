import { isIP } from 'node:net'
import { type AddressSet, plainAddress } from '../../kernel/addresses'

/**
 * The base URL at which the client reached this server, for links; `https` only if a trusted proxy reports it.
 * Undefined if the Host header is not a valid host: it is copied into an answer and may hold anything.
 */
export function baseUrlOf(headers: Headers, socketAddress: string, trusted: AddressSet): string | undefined {
  const host = headers.get('host')
  if (!host || !isHost(host)) return undefined
  const isForwarded = trusted.has(plainAddress(socketAddress))
  const scheme = isForwarded && /^\s*https\s*(,|$)/i.test(headers.get('x-forwarded-proto') ?? '') ? 'https' : 'http'
  return `${scheme}://${host}`
}

function isHost(text: string) {
  const [, v6, name, port] =
    /^(?:\[([0-9a-f:.]+)\]|([a-z0-9](?:[a-z0-9._-]*[a-z0-9])?))(?::(\d{1,5}))?$/i.exec(text) ?? []
  if (port !== undefined && Number(port) > 65_535) return false
  return v6 === undefined ? name !== undefined && name.length <= 253 : isIP(v6) === 6
}
