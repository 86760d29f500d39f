import { randomBytes } from 'node:crypto'
import { OperatorError } from '../kernel/operator-error'
import { Refusal, say } from '../kernel/outcome'
import { randomToken } from '../kernel/secrets'

// With a password as the only factor, NIST requires at least 15 characters (SP 800-63B-4) and no rules on kinds of
// characters, which only make people choose predictable ones.
const charactersMin = 15
const charactersMax = 256
const differentMin = 6

// OWASP's minimum for argon2id, about 40 ms on one core.
const argon = { algorithm: 'argon2id', memoryCost: 19_456, timeCost: 2 } as const
const atOnceMax = 2
const waitingMax = 64

/** A random password of 144 bits. */
export const randomPassword = () => randomBytes(18).toString('base64url')

/** The argon2id hash of a password; throws an `OperatorError` if it is too weak as the only factor. */
export function hashPassword(password: string): Promise<string> {
  const characters = [...usual(password)]
  if (characters.length < charactersMin || characters.length > charactersMax) {
    throw new OperatorError(
      `a password takes ${charactersMin} to ${charactersMax} characters: a few words that do not belong together are easy to keep`,
      'invalid_input',
    )
  }
  if (new Set(characters).size < differentMin) {
    throw new OperatorError(`a password takes at least ${differentMin} different characters`, 'invalid_input')
  }
  return inTurn(() => Bun.password.hash(usual(password), argon))
}

/** Whether the password matches the hash; without a hash it takes as long and returns false. */
export async function isPassword(password: string, hash: string | null | undefined): Promise<boolean> {
  stranger ??= Bun.password.hash(randomToken('nobody'), argon)
  const compared = hash ?? (await stranger)
  if (password.length > charactersMax * 2) return false
  const isRight = await inTurn(() => Bun.password.verify(usual(password), compared))
  return isRight && hash != null
}

let stranger: Promise<string> | undefined

/** A password in Unicode normalization form NFKC, so that equal characters match however they were typed. */
const usual = (password: string) => password.normalize('NFKC')

let running = 0
const waiting: (() => void)[] = []

/** Limits memory use by hashing: two run at once, some wait, and more are refused. */
async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (waiting.length >= waitingMax) throw new Refusal(say('too_many_requests', { retry_after: 2 }))
  if (running >= atOnceMax) await new Promise<void>((resume) => waiting.push(resume))
  else running += 1
  try {
    return await work()
  } finally {
    const next = waiting.shift()
    if (next) next()
    else running -= 1
  }
}
