import type { User } from '../../../db/schema/access'
import type { Deps } from '../../deps'
import { maskedValue } from '../../features/support/masking'
import { OperatorError } from '../../kernel/operator-error'
import type { AdminResponse, AdminRoute } from './route'

const purpose = 'cursor of a masked list'

/** Whether a user sees licence keys and e-mail addresses in the answers of that route masked. */
export const isMaskedFor = (user: Pick<User, 'role'> | undefined, { reveals }: Pick<AdminRoute, 'reveals'>) =>
  user?.role === 'support' && !reveals

/** Each value masked, such as the pages of a table. */
export async function* maskedEach<Value>(
  { db }: Pick<Deps, 'db'>,
  values: AsyncIterable<Value> | Iterable<Value>,
): AsyncGenerator<Value> {
  for await (const value of values) yield (await maskedValue(db.read, value)) as Value
}

/** The response with every licence key and e-mail address masked. Refuses files, which cannot be masked here. */
export async function maskedResponse(
  { db, sealer }: Pick<Deps, 'db' | 'sealer'>,
  response: AdminResponse,
): Promise<AdminResponse> {
  if (response.isMasked) return response
  if (response.body instanceof ReadableStream) {
    await response.body.cancel()
    throw new OperatorError(
      'this file may have licence keys and addresses in full: ask an operator for it',
      'forbidden',
    )
  }
  return { ...response, body: await maskedAnswer({ db, sealer }, response.body) }
}

/** The answer masked. The cursor of the next page may hold a key or an address, so it is sealed. */
async function maskedAnswer({ db, sealer }: Pick<Deps, 'db' | 'sealer'>, value: unknown): Promise<unknown> {
  const body = (await maskedValue(db.read, value)) as { next?: unknown }
  const next = (value as { next?: unknown } | null)?.next
  if (typeof next !== 'string') return body
  return { ...body, next: sealer.seal(Buffer.from(next), purpose).toString('base64url') }
}

/** The cursor that was sealed; another text unchanged, which the list refuses. */
export function openedCursor({ sealer }: Pick<Deps, 'sealer'>, after: string): string {
  try {
    return sealer.open(Buffer.from(after, 'base64url'), purpose).toString()
  } catch {
    return after
  }
}
