import { randomBytes } from 'node:crypto'
import { OperatorError } from '../kernel/operator-error'
import { Refusal, say } from '../kernel/outcome'
import { randomToken } from '../kernel/secrets'

// A password is all that is asked for, without a second factor: 15 characters then are NIST's least (SP 800-63B-4),
// and no rule about kinds of characters, which only makes people write predictable ones.
const charactersMin = 15
const charactersMax = 256
const differentMin = 6

// OWASP's least for argon2id, about 40 ms of one core.
const argon = { algorithm: 'argon2id', memoryCost: 19_456, timeCost: 2 } as const
const atOnceMax = 2
const waitingMax = 64

/** A password nobody has thought of: 144 random bits. */
export const randomPassword = () => randomBytes(18).toString('base64url')

/** The argon2id hash of a password; one that is too weak to stand alone is an `OperatorError`. */
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

/** Whether it is the password of that hash; where there is no hash, the answer takes as long and is no. */
export async function isPassword(password: string, hash: string | null | undefined): Promise<boolean> {
  stranger ??= Bun.password.hash(randomToken('nobody'), argon)
  const compared = hash ?? (await stranger)
  if (password.length > charactersMax * 2) return false
  const isRight = await inTurn(() => Bun.password.verify(usual(password), compared))
  return isRight && hash != null
}

let stranger: Promise<string> | undefined

/** A password in Unicode normalization form NFKC, so that equal characters compare equal however they were typed. */
const usual = (password: string) => password.normalize('NFKC')

let running = 0
const waiting: (() => void)[] = []

/** Each hash takes its memory: two run at once, some wait, and more than that are sent away. */
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
