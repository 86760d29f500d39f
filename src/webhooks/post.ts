import { stopwatch } from '../kernel/clock'
import { type AddressGuard, hostOf } from './address'
import { orderByReach } from './happy-eyeballs'

const patienceMs = 10_000
const keptBytesMax = 65_536
const headersKeptMax = 50
const headerLengthMax = 500

/** The result of one POST; it was delivered if there is no error. */
export interface Exchange {
  status: number | null
  durationMs: number
  /** The first 64 KiB of the response body. */
  answer: string
  /** The headers of the response, cookies masked; null without a response. */
  headers: Record<string, string> | null
  error: string | null
}

/** How to reach receivers. */
export interface Way {
  guard: AddressGuard
  /** Certificate authorities (PEM) for receivers' certificates; the public ones if absent. */
  authorities?: string[] | undefined
}

/**
 * Posts JSON to a URL: checks its addresses first, connects only to them, and tries each if there are several. Limits:
 * ten seconds in all, no redirects followed, at most 64 KiB of the response read. Never throws.
 */
export async function post(
  url: string,
  body: string,
  headers: Record<string, string>,
  { guard, authorities }: Way,
): Promise<Exchange> {
  const startedAt = stopwatch()
  const deadline = new AbortController()
  const timer = setTimeout(() => deadline.abort(new Error('no complete answer within 10 seconds')), patienceMs)
  const kept: Uint8Array[] = []
  let status: number | null = null
  let received: Record<string, string> | null = null
  let error: string | null = null
  try {
    const target = new URL(url)
    const { signal } = deadline
    const allowed = await orAborted(guard.addressesOf(target), signal)
    const addresses = await orAborted(orderByReach(allowed, portOf(target), signal), signal)
    const response = await connect(target, addresses, { body, headers, signal, authorities })
    status = response.status
    received = keptHeaders(response.headers)
    await keepBeginning(response, kept)
    if (status < 200 || status > 299) error = `the receiver answered ${status}`
  } catch (fault) {
    error = reasonOf(fault)
  } finally {
    clearTimeout(timer)
    // Closes the connection, whatever is still being sent.
    deadline.abort()
  }
  const answer = Buffer.concat(kept).subarray(0, keptBytesMax).toString()
  return { status, durationMs: Math.round(stopwatch() - startedAt), answer, headers: received, error }
}

interface Sending {
  body: string
  headers: Record<string, string>
  signal: AbortSignal
  authorities: string[] | undefined
}

/**
 * Connects to the first address that accepts. `Host` and TLS use the name, so the certificate is checked against it.
 */
async function connect(url: URL, addresses: readonly string[], sending: Sending): Promise<Response> {
  const [address, ...others] = addresses as [string, ...string[]]
  const pinned = new URL(url)
  pinned.hostname = address.includes(':') ? `[${address}]` : address
  try {
    return await fetch(pinned, {
      method: 'POST',
      body: sending.body,
      headers: { ...sending.headers, host: url.host },
      signal: sending.signal,
      redirect: 'manual',
      decompress: false,
      // A connection verified for one name must not be reused for another.
      keepalive: false,
      ...(url.protocol === 'https:' && { tls: tlsOf(url, address, sending) }),
    })
  } catch (fault) {
    const isUnconnected = unconnected.includes((fault as { code?: string }).code ?? '')
    if (!others.length || !isUnconnected) throw fault
    return connect(url, others, sending)
  }
}

const tlsOf = (url: URL, address: string, { authorities }: Sending) => ({
  ...(address !== hostOf(url) && { serverName: url.hostname }),
  ...(authorities && { ca: authorities }),
})

const portOf = ({ port, protocol }: URL) => Number(port) || (protocol === 'https:' ? 443 : 80)

const unconnected = ['ECONNREFUSED', 'ConnectionRefused', 'FailedToOpenSocket', 'EHOSTUNREACH', 'ENETUNREACH']

async function keepBeginning(response: Response, kept: Uint8Array[]) {
  const reader = response.body?.getReader()
  if (!reader) return
  for (let bytes = 0; bytes < keptBytesMax; ) {
    const { done, value } = await reader.read()
    if (done) return
    kept.push(value)
    bytes += value.length
  }
  await reader.cancel()
}

const orAborted = <T>(work: Promise<T>, signal: AbortSignal) =>
  Promise.race([
    work,
    new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true })),
  ])

/** The headers to keep: some, each cut, and no cookie. */
const keptHeaders = (headers: Headers) =>
  Object.fromEntries(
    [...headers]
      .slice(0, headersKeptMax)
      .map(([name, value]) => [name, name === 'set-cookie' ? '•••' : value.slice(0, headerLengthMax)]),
  )

/** The first sentence of the error; the rest is advice for programmers. */
function reasonOf(fault: unknown) {
  if (!(fault instanceof Error)) return String(fault)
  const { code } = fault as { code?: string }
  const sentence = fault.message.split('. ')[0]!
  return code && !sentence.includes(code) ? `${code}: ${sentence}` : sentence
}
