import { type AddressSet, canonicalAddress, plainAddress } from './addresses'

/** The proxies of a request that are read; further ones are too far from this server to be its own. */
const hopsMax = 50
const forwardedLengthMax = 4096

/** The address a request is counted under, and what kept the client behind a proxy from being known. */
export interface ClientAddress {
  readonly address: string
  /** A hop that a trusted proxy wrote and that names no address. */
  readonly unreadableHop?: string
}

/**
 * The client's address: the socket's, unless that is a trusted proxy; then the right-most hop that is not one. Hops to
 * the left of it were written by strangers. A hop that cannot be read counts as the proxy that wrote it.
 */
export function clientAddress(
  socketAddress: string,
  headers: Pick<Headers, 'get'>,
  trusted: AddressSet,
): ClientAddress {
  let address = plainAddress(socketAddress)
  if (!trusted.has(address)) return { address }
  for (const hop of hopsOf(headers)) {
    const named = addressIn(hop)
    if (named === undefined) return { address, unreadableHop: hop }
    address = named
    if (!trusted.has(address)) break
  }
  return { address }
}

/** The headers by which a proxy names its client, or that only a proxy writes. */
const relayHeaders = [
  'x-forwarded-for',
  'forwarded',
  'x-real-ip',
  'x-forwarded-proto',
  'x-forwarded-host',
  'cf-connecting-ip',
  'true-client-ip',
  'x-client-ip',
  'via',
]

/** Whether a request says of itself that a proxy has passed it on. */
export const isRelayed = (headers: Headers) => relayHeaders.some((name) => headers.has(name))

/**
 * The hops of a request from the nearest to the farthest. Where both headers are there, `X-Forwarded-For` counts: most
 * proxies write that one, and pass on the other as a client sent it. `X-Real-IP` is not read: a proxy that does not know
 * of it passes it on as well.
 */
function* hopsOf(headers: Pick<Headers, 'get'>): Generator<string> {
  const list = headers.get('x-forwarded-for')
  if (list !== null) return yield* lastFirst(list)
  const forwarded = headers.get('forwarded')
  if (forwarded !== null) return yield* forwardedHops(forwarded)
  const real = headers.get('x-real-ip')
  if (real !== null) yield `X-Real-IP alone: ${real}`
}

// Empty elements of a list are skipped (RFC 9110, 5.6.1).
function* lastFirst(list: string): Generator<string> {
  const hops = list.split(',').slice(-hopsMax)
  for (const hop of hops.reverse()) if (hop.trim() !== '') yield hop.trim()
}

const lastElement = /(?:^|,)((?:[^",]|"(?:[^"\\]|\\.)*")*)$/
const pairs = /([\w-]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;"\s]*)/g

/** The `for` of each element (RFC 7239). Read from the right, or a quote that a client leaves open would hide a proxy's. */
function* forwardedHops(header: string): Generator<string> {
  let rest = header.slice(-forwardedLengthMax)
  for (let i = 0; i < hopsMax && rest !== ''; i++) {
    const found = lastElement.exec(rest)
    if (!found) return yield rest
    rest = rest.slice(0, found.index)
    const element = found[1]!.trim()
    if (element !== '') yield forOf(element) ?? element
  }
}

const forOf = (element: string) => [...element.matchAll(pairs)].find(([, name]) => name!.toLowerCase() === 'for')?.[2]

/** The address a hop names: bare or with a port, in brackets, in quotes, with a zone. */
function addressIn(hop: string): string | undefined {
  const text = hop.startsWith('"') && hop.endsWith('"') ? hop.slice(1, -1).replaceAll(/\\(.)/g, '$1') : hop
  const [, inBrackets, beforePort] = /^(?:\[([^\]]+)\](?::[\w.-]+)?|([\d.]+):[\w.-]+)$/.exec(text.trim()) ?? []
  return canonicalAddress(inBrackets ?? beforePort ?? text.trim())
}
