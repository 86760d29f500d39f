import { randomBytes } from 'node:crypto'

const process = randomBytes(6).toString('base64url')
let requests = 0

/** What a request is called in logs, in the audit log and in `X-Request-Id`: as its sender calls it, else by a new name. */
export function requestIdOf(given: string | null): string {
  if (given !== null && /^[\w.-]{1,64}$/.test(given)) return given
  requests += 1
  return `${process}-${requests.toString(36)}`
}
