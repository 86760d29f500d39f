import { type AddressSet, canonicalAddress, plainAddress } from './addresses'

/** The number of hops read from a request; proxies further away are not this server's own. */
const hopsMax = 50
const forwardedLengthMax = 4096

/** The address a request is counted under, and the hop that hid the client, if one did. */
export interface ClientAddress {
  readonly address: string
  /** A hop written by a trusted proxy that contains no address. */
  readonly unreadableHop?: string
}

/**
 * The client's address: the socket's, or behind a trusted proxy the right-most hop that is not a trusted proxy. Clients
 * can forge the hops to its left. An unreadable hop counts as the proxy that wrote it.
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

/** Headers in which a proxy names its client, or that only a proxy sends. */
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

/** Whether the headers show that a proxy forwarded the request. */
export const isRelayed = (headers: Headers) => relayHeaders.some((name) => headers.has(name))

/**
 * The hops of a request, nearest first. If both headers are present, `X-Forwarded-For` counts: most proxies write that
 * one and forward the other as the client sent it. `X-Real-IP` is ignored: a proxy that does not know it forwards it
 * too.
 */
function* hopsOf(headers: Pick<Headers, 'get'>): Generator<string> {
  const list = headers.get('x-forwarded-for')
  if (list !== null) return yield* lastFirst(list)
  const forwarded = headers.get('forwarded')
  if (forwarded !== null) return yield* forwardedHops(forwarded)
  const real = headers.get('x-real-ip')
  if (real !== null) yield `X-Real-IP alone: ${real}`
}

// Skips empty list elements (RFC 9110, 5.6.1).
function* lastFirst(list: string): Generator<string> {
  const hops = list.split(',').slice(-hopsMax)
  for (const hop of hops.reverse()) if (hop.trim() !== '') yield hop.trim()
}

const lastElement = /(?:^|,)((?:[^",]|"(?:[^"\\]|\\.)*")*)$/
const pairs = /([\w-]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;"\s]*)/g

/**
 * The `for` of each element (RFC 7239), read from the right: otherwise a client's unclosed quote would hide a proxy's
 * element.
 */
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

/** The address in a hop: bare or with a port, brackets, quotes or a zone. */
function addressIn(hop: string): string | undefined {
  const text = hop.startsWith('"') && hop.endsWith('"') ? hop.slice(1, -1).replaceAll(/\\(.)/g, '$1') : hop
  const [, inBrackets, beforePort] = /^(?:\[([^\]]+)\](?::[\w.-]+)?|([\d.]+):[\w.-]+)$/.exec(text.trim()) ?? []
  return canonicalAddress(inBrackets ?? beforePort ?? text.trim())
}
