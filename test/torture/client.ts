import { responseProblemOf } from '../../src/signing/check'
import type { Report } from './report'
import type { Stage } from './stage'

const patienceMs = 120_000

/** An answer whose seal was found good. */
export interface Heard {
  status: number
  code: number | string
  // biome-ignore lint/suspicious/noExplicitAny: an answer's payload differs from endpoint to endpoint
  response: any
  headers: Headers
}

export interface Asking {
  key?: string
  idempotencyKey?: string | undefined
}

/**
 * Asks an endpoint of v1: 'verify', 'GET get-all-products'. Undefined when the answer was lost on the way, so that
 * nobody can tell whether it was done.
 */
export type Ask = (endpoint: string, fields?: object, asking?: Asking) => Promise<Heard | undefined>

/** Whatever leaves the server must not tell how it is made. */
export const internals = /SQLITE_|sqlite|node_modules|\bat .+:\d+:\d+|\/src\/|bun:|TypeError|ReferenceError|PRIVATE KEY/

/** A client that checks every answer's seal; what no client should ever see is a finding. */
export function openClient(stage: Stage, report: Report): Ask {
  const known: string[] = []

  async function isGenuine(text: string) {
    if (known.some((pem) => !responseProblemOf(text, pem))) return true
    const shown = await stage.cli('key', 'show', '--json')
    if (shown.json)
      known.splice(0, known.length, ...shown.json.keys.map((key: { public_key: string }) => key.public_key))
    return known.some((pem) => !responseProblemOf(text, pem))
  }

  return async (endpoint, fields = {}, asking = {}) => {
    const exchange = await exchangeWith(stage, endpoint, fields, asking).catch((fault: Error) => fault)
    if (exchange instanceof Error) {
      if (exchange.name === 'TimeoutError') report.find('no request hangs', { endpoint, fields })
      report.count('answers lost')
      return undefined
    }
    const { answer, text } = exchange
    if (!(await isGenuine(text))) report.find('every answer is sealed', { endpoint, fields, text })
    if (internals.test(text)) report.find('no answer tells of internals', { endpoint, fields, text })
    const { response } = JSON.parse(text)
    if (response.code === 9500)
      report.find('no request ends in an internal error', { endpoint, fields, said: stage.server.said().slice(-600) })
    report.count('answers')
    return { status: answer.status, code: response.code, response, headers: answer.headers }
  }
}

async function exchangeWith(stage: Stage, endpoint: string, fields: object, { key, idempotencyKey }: Asking) {
  const isLookup = endpoint.startsWith('GET ')
  const path = `${stage.url}/api/v1/${endpoint.replace('GET ', '')}`
  const headers = {
    authorization: `Bearer ${key ?? stage.apiKey}`,
    'content-type': 'application/json',
    ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
  }
  const query = isLookup ? `?${new URLSearchParams(fields as Record<string, string>)}` : ''
  const answer = await fetch(path + query, {
    method: isLookup ? 'GET' : 'POST',
    headers,
    // A request on a connection that has died in the meantime would be sent again without being asked.
    keepalive: false,
    signal: AbortSignal.timeout(patienceMs),
    ...(!isLookup && { body: JSON.stringify(fields) }),
  })
  return { answer, text: await answer.text() }
}

/** Whether the server says that it lives. */
export const isAlive = (stage: Stage) =>
  fetch(`${stage.url}/healthz`, { keepalive: false, signal: AbortSignal.timeout(patienceMs) }).then(
    ({ ok }) => ok,
    () => false,
  )
