import { responseProblemOf } from '../../../src/signing/check'
import { internals } from '../client'
import type { GuessCount } from './guesses'
import type { Secrets, Who } from './secrets'

const patienceMs = 60_000

/** A request of somebody. */
export interface Sent {
  /** `POST /api/v1/verify` */
  door: string
  fields?: object
  /** An API key or an operator token. */
  bearer?: string | undefined
  headers?: Record<string, string>
  /** A body to send as it is. */
  body?: string
  /** The address it comes from, as the proxy says. */
  from: string
  /** A kind of secrets that the answer may tell. */
  reveals?: string
}

export interface Heard {
  status: number
  /** The number of the answer under `/api/v1`. */
  code: number | string | undefined
  // biome-ignore lint/suspicious/noExplicitAny: an answer's payload differs from door to door
  response: any
  text: string
  headers: Headers
}

/** Asks as somebody, and hears whatever is answered. */
export type Ask = (sent: Sent) => Promise<Heard>

export interface Ears {
  url: () => string
  publicKeys: readonly string[]
  secrets: Secrets
  guesses: GuessCount
  found(promise: string, evidence: object): void
  count(figure: string): void
}

const misses = [100, 210, 501, 701, 1200, 1401]

/** Whether an answer says that a secret was wrong. */
const isMiss = ({ code, status }: Heard, { bearer, headers }: Sent) =>
  misses.includes(Number(code)) || (code === undefined && status === 401 && Boolean(bearer || headers?.cookie))

/** A client that holds every answer against what must never be told, and counts what was guessed. */
export const openAsking =
  (ears: Ears) =>
  (who: Who): Ask => {
    const { secrets, guesses, found, count } = ears
    return async (sent) => {
      const { door, fields, from } = sent
      count('hostile requests')
      const answer = await exchange(ears.url(), sent).catch((fault: Error) => fault)
      if (answer instanceof Error) {
        found('no answer is lost while nothing is wrong', { who, door, fields, fault: answer.message })
        return { status: 0, code: undefined, response: {}, text: '', headers: new Headers() }
      }
      const heard = await heardIn(answer)
      const evidence = { who, door, fields, from, heard: heard.text.slice(0, 500) }
      const leaks = secrets.leaksTo(who, heard.text).filter((what) => what !== sent.reveals)
      if (leaks.length) found('no answer shows what is another’s', { leaks, ...evidence })
      if (internals.test(heard.text)) found('no answer tells of internals', evidence)
      if (heard.status === 500 || heard.code === 9500) found('no request ends in an internal error', evidence)
      const isSealed = heard.code === undefined || ears.publicKeys.some((pem) => !responseProblemOf(heard.text, pem))
      if (!isSealed) found('every answer is sealed', evidence)
      if (isMiss(heard, sent)) guesses.note(from)
      return heard
    }
  }

function exchange(url: string, { door, fields, bearer, headers, body, from }: Sent) {
  const [method, path] = door.split(' ') as [string, string]
  const isLookup = method === 'GET'
  const texts = Object.entries(fields ?? {}).map(([name, value]): [string, string] => [name, textOf(value)])
  const query = isLookup && texts.length ? `?${new URLSearchParams(texts)}` : ''
  return fetch(url + path + query, {
    method,
    redirect: 'manual',
    headers: {
      'x-forwarded-for': from,
      ...(bearer && { authorization: `Bearer ${bearer}` }),
      ...(!isLookup && { 'content-type': 'application/json' }),
      ...headers,
    },
    signal: AbortSignal.timeout(patienceMs),
    ...(!isLookup && { body: body ?? JSON.stringify(fields ?? {}) }),
  })
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))

async function heardIn(answer: Response): Promise<Heard> {
  const text = await answer.text()
  let json: Record<string, unknown> = {}
  try {
    json = Object(JSON.parse(text))
  } catch {
    // Files and pages are no JSON.
  }
  const response = (json.response ?? json) as Heard['response']
  const code = 'response' in json ? response.code : undefined
  return { status: answer.status, code, response, text, headers: answer.headers }
}
