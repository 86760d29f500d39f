import { randomBytes } from 'node:crypto'

const process = randomBytes(6).toString('base64url')
let requests = 0

/** The request's id in logs, the audit log and `X-Request-Id`: the client's if valid, else a new one. */
export function requestIdOf(given: string | null): string {
  if (given !== null && /^[\w.-]{1,64}$/.test(given)) return given
  requests += 1
  return `${process}-${requests.toString(36)}`
}
