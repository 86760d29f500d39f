import type { TObject } from '@sinclair/typebox'
import { type Arrived, type Fields, type Intake, readQuery } from '../intake/body'
import { problemIn } from '../intake/check'
import { type ReadFields, read } from '../intake/reading'
import { type Outcome, Refusal } from '../kernel/outcome'
import { type RequestContext, tokenIn } from './request-context'

const unread: ReadFields = { values: {}, device: undefined }

/** The fields by the model, or the fault in them; callers that are refused do not see the fault. */
export function readOrFault({ fields, unreadable }: RequestContext, model: TObject): ReadFields & { fault?: Outcome } {
  if (unreadable) return { ...unread, fault: unreadable }
  try {
    return read(model, fields)
  } catch (error) {
    if (error instanceof Refusal) return { ...unread, fault: error.outcome }
    throw error
  }
}

/** The fields of an admitted caller; throws a `Refusal` otherwise. */
export function acceptedFields(
  { request, fields, unreadable }: RequestContext,
  model: TObject,
  { values, fault }: ReadFields & { fault?: Outcome },
  refusal: Outcome | undefined,
): Fields {
  // If the body is unreadable, it may have held a key.
  if (unreadable && refusal?.answer === 'invalid_api_key' && tokenIn(request, fields) === undefined)
    throw new Refusal(unreadable)
  const reason = refusal ?? fault ?? problemIn(model, values)
  if (reason) throw new Refusal(reason)
  return values
}

/** What arrived, wherever it stood. Most requests carry a body alone. */
export const fieldsIn = (url: string, body: Intake | undefined, params: Fields | undefined): Arrived =>
  body && 'fields' in body && !params && !url.includes('?') ? body : merge(readQuery(url), body, params)

/** The path's parameters before the fields of the body, those before the fields of the query. */
function merge(query: Intake, body: Intake | undefined, params: Fields | undefined): Arrived {
  const refusal = [body, query].find((intake) => intake && 'refusal' in intake)
  const fieldsOf = (intake: Intake | undefined) => (intake && 'fields' in intake ? intake.fields : undefined)
  const fields = { ...fieldsOf(query), ...fieldsOf(body), ...params }
  return refusal && 'refusal' in refusal ? { fields, refusal: refusal.refusal } : { fields }
}
