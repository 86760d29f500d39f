import type { Operations } from '../../http/admin/client-types'
import { basePath } from './base-path'
import { isFromServer, untilReachable } from './connection'
import { ApiError, errorFrom, Unreachable } from './errors'
import { requireProof } from './proof'
import { requireLogIn } from './session-end'

export type Route = keyof Operations
export type Input<R extends Route> = Operations[R]['input']
export type Answer<R extends Route> = Operations[R]['answer']

interface CallOptions {
  signal?: AbortSignal | undefined
  /** The file that the operation takes. */
  file?: File | undefined
  /** A type of answer other than JSON, such as `text/csv`. */
  accept?: string
}

const triesMax = 3

/**
 * Calls an operation of the server. Throws an `ApiError` if it refuses. While the server does not answer, it waits until
 * that is back; a change whose answer is lost is sent again with the same `Idempotency-Key`, so that it happens once.
 * Throws `Unreachable` if the server answers others, but not this. If the session has ended, it waits until the user
 * has logged in again; if the server asks for proof, until the user has given it.
 */
export async function call<R extends Route>(route: R, input: Input<R>, options: CallOptions = {}): Promise<Answer<R>> {
  const response = await respond(route, input as Record<string, unknown>, options)
  return (await response.json()) as Answer<R>
}

/** The response to a route that the type checker does not know, such as one chosen by a command; see `call`. */
export async function respond(route: string, input: Record<string, unknown>, options: CallOptions = {}) {
  const { url, init } = requestOf(route, input, options)
  for (;;) {
    const response = await fetched(url, init)
    if (response.ok) return response
    const error = await errorFrom(response)
    if (error.code === 'proof_required') await requireProof(error)
    else if (error.status !== 401 || isOpen(route)) throw error
    else await requireLogIn()
  }
}

/** Whether a route is answered without a session, or asks whether there is one: its refusal ends no session. */
const isOpen = (route: string) => /^(GET|POST) \/session(?!\/(proof|preferences))| \/(setup|link)\b/.test(route)

/** The response of the server. Waits while it does not answer; throws if it does, and this request gets no answer. */
async function fetched(url: string, init: RequestInit): Promise<Response> {
  for (let tries = 1; ; tries++) {
    const response = await fetch(url, init).catch((error) => {
      if (init.signal?.aborted) throw error
    })
    if (response && isFromServer(response)) return response
    if (tries === triesMax) throw new Unreachable()
    await untilReachable()
  }
}

function requestOf(route: string, input: Record<string, unknown>, { signal, file, accept }: CallOptions) {
  const [method, path] = route.split(' ') as [string, string]
  const { token, passphrase, ...shown } = input
  const hasSecrets = hasSecretHeaders(path)
  const { filled, rest } = fillPath(path, hasSecrets ? shown : input)
  const isQuery = method === 'GET' || file !== undefined
  const query = isQuery ? new URLSearchParams(queryEntries({ ...rest, ...(file && { file: file.name }) })) : undefined
  const headers: Record<string, string> = { accept: accept ?? 'application/json' }
  if (method !== 'GET') {
    headers['content-type'] = file ? 'application/octet-stream' : 'application/json'
    headers['idempotency-key'] = randomId()
  }
  if (hasSecrets && token) headers['x-link-token'] = String(token)
  if (hasSecrets && passphrase) headers['x-passphrase'] = String(passphrase)
  const init: RequestInit = { method, headers, credentials: 'same-origin', signal: signal ?? null }
  if (method !== 'GET') init.body = file ?? JSON.stringify(rest)
  return { url: `${basePath}/admin/api${filled}${query?.size ? `?${query}` : ''}`, init }
}

/** Whether `token` and `passphrase` go in headers, so that no address has them. */
const hasSecretHeaders = (path: string) => /^\/(setup|link|import|export)\b/.test(path)

/** 128 random bits. Browsers give `randomUUID` only to pages over HTTPS. */
function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** The path with its parameters, and the other fields. */
export function fillPath(path: string, input: Record<string, unknown>) {
  const rest = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined))
  const filled = path.replace(/:(\w+)/g, (_, name: string) => {
    const value = rest[name]
    delete rest[name]
    return encodeURIComponent(String(value ?? ''))
  })
  return { filled, rest }
}

const queryEntries = (fields: Record<string, unknown>) =>
  Object.entries(fields).map(([name, value]) => [name, Array.isArray(value) ? listText(value) : String(value)])

/** A list in a query: words with commas between, or JSON where a word has a comma itself. */
const listText = (words: unknown[]) =>
  words.some((word) => String(word).includes(',')) ? JSON.stringify(words) : words.join(',')

export const isRefusal = (error: unknown, status: number) => error instanceof ApiError && error.status === status
