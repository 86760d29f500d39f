import { stopwatch } from '../kernel/clock'
import { type AddressGuard, hostOf } from './address'
import { orderByReach } from './happy-eyeballs'

const patienceMs = 10_000
const keptBytesMax = 65_536

/** What became of one POST. It was delivered when there is no error. */
export interface Exchange {
  status: number | null
  durationMs: number
  /** The first 64 KiB of the answer. */
  answer: string
  error: string | null
}

/** How receivers are reached. */
export interface Way {
  guard: AddressGuard
  /** Certificate authorities (PEM) that receivers are checked against; the public ones when it is absent. */
  authorities?: string[] | undefined
}

/**
 * Posts JSON to an address that is checked first, connected to as checked. A name with several addresses is tried over
 * all of them. Ten seconds for all of it, redirects are not followed, and of the answer no more than 64 KiB are read,
 * however long it is (DESIGN 17). Never throws.
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
  let error: string | null = null
  try {
    const target = new URL(url)
    const { signal } = deadline
    const allowed = await orAborted(guard.addressesOf(target), signal)
    const addresses = await orAborted(orderByReach(allowed, portOf(target), signal), signal)
    const response = await connect(target, addresses, { body, headers, signal, authorities })
    status = response.status
    await keepBeginning(response, kept)
    if (status < 200 || status > 299) error = `the receiver answered ${status}`
  } catch (fault) {
    error = reasonOf(fault)
  } finally {
    clearTimeout(timer)
    // Ends the connection, whatever is still on its way.
    deadline.abort()
  }
  const answer = Buffer.concat(kept).subarray(0, keptBytesMax).toString()
  return { status, durationMs: Math.round(stopwatch() - startedAt), answer, error }
}

interface Sending {
  body: string
  headers: Record<string, string>
  signal: AbortSignal
  authorities: string[] | undefined
}

/**
 * Asks the first address that takes the connection. The name goes into `Host` and into TLS, where the certificate is
 * checked against it.
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
      // A connection is checked for one name and must not be used for another.
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

/** The first sentence of what went wrong; what follows it is advice for programmers. */
function reasonOf(fault: unknown) {
  if (!(fault instanceof Error)) return String(fault)
  const { code } = fault as { code?: string }
  const sentence = fault.message.split('. ')[0]!
  return code && !sentence.includes(code) ? `${code}: ${sentence}` : sentence
}
