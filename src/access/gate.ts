import type { TObject } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Deps } from '../deps'
import { type Arrived, type Fields, type Intake, readBody, readQuery } from '../intake/body'
import { problemIn } from '../intake/check'
import { unchecked } from '../intake/model'
import { type ReadFields, read } from '../intake/reading'
import type { Answer } from '../kernel/answers'
import { stopwatch } from '../kernel/clock'
import { nextTurn } from '../kernel/next-turn'
import { type Outcome, Refusal } from '../kernel/outcome'
import { crowded } from '../signing/signing-queue'
import { openAdmission } from './admission'
import { answerOptionsOf } from './answer-options'
import type { Capability } from './capabilities'
import { hungUp } from './peers'
import { RequestContext } from './request-context'

/**
 * Marks an endpoint that takes no API key: open to every client that is not blocked, within the rate limit of
 * addresses.
 */
export const anyone = undefined

/** What an endpoint requires: a capability, and the model of its fields. */
interface Asked {
  capability: Capability | typeof anyone
  model: TObject
  /** Where the handler finds the fields, wherever the client sent them. */
  place: 'body' | 'query' | 'params'
}

/** An endpoint's part of the API description. */
export interface Described {
  summary: string
  /** The answers of its service; those of the gate are added. */
  says: readonly Answer[]
}

const detailOf = (capability: Asked['capability'], { summary, says }: Described) => ({
  summary,
  'x-answers': says,
  ...(capability === anyone ? { security: [] } : { 'x-capability': capability }),
})

// The gate reads and validates the fields, so the framework must not: its validation costs more than the lookup.

/** Options of a POST route: its capability, fields and answers. */
export const endpoint = <T extends TObject>(capability: Asked['capability'], model: T, described: Described) => ({
  asks: { capability, model, place: 'body' as const },
  parse: 'none' as const,
  body: unchecked(model),
  detail: detailOf(capability, described),
})

/** Options of a GET route with its fields in the query. */
export const lookup = <T extends TObject>(capability: Asked['capability'], model: T, described: Described) => ({
  asks: { capability, model, place: 'query' as const },
  query: unchecked(model),
  detail: detailOf(capability, described),
})

/** Options of a GET route with all fields in its path, named as in the model. */
export const pathLookup = <T extends TObject>(capability: Asked['capability'], model: T, described: Described) => ({
  asks: { capability, model, place: 'params' as const },
  params: unchecked(model),
  detail: detailOf(capability, described),
})

/** Options of a GET route that does its own admission. */
export const ownAdmission = <T extends TObject>(params: T, described: Described) => ({
  isMet: true as const,
  params,
  detail: detailOf(anyone, described),
})

const unread: ReadFields = { values: {}, device: undefined }

/**
 * Identifies the caller and admits or refuses it, in the order of CONTRACT §2, before validating any field; then
 * validates the fields.
 */
export function gate(deps: Deps) {
  const { bodies, credentials, clock, clientAddresses, peers, signatures } = deps
  const refusalOf = openAdmission(deps)

  async function openContext(request: Request, params: unknown, place?: Asked['place']) {
    const arrivedAt = stopwatch()
    const peer = peers.addressOf(request)
    // A disconnected client has no address to limit, block or allow.
    if (peers.isGone(peer)) throw new Refusal(hungUp)
    await nextTurn()
    const openRoom = (bytes: number) => bodies.open(clientAddresses.of(request, peer), bytes)
    const body = place === 'body' ? await readBody(request, openRoom) : undefined
    const carried = fieldsIn(request.url, body, params as Fields | undefined)
    const requestContext = new RequestContext({
      request,
      now: clock(),
      arrivedAt,
      carried,
      peer,
      addressOf: clientAddresses.of,
    })
    const { token } = requestContext
    if (token !== undefined) requestContext.key = credentials.known(token) ?? (await credentials.identify(token))
    return requestContext
  }

  // One hook for each request, whatever its kind: another would run the request through the framework once more.
  return new Elysia({ name: 'gate' }).decorate({} as { requestContext: RequestContext }).macro({
    asks: (asked: Asked) => ({
      // The return value, the validated fields, is merged into the context, though the type does not show it.
      transform: async (context): Promise<void> => {
        const requestContext = await openContext(context.request, context.params, asked.place)
        context.requestContext = requestContext
        const reading = readingOf(requestContext, asked.model)
        const refusal = await refusalOf(requestContext, asked.capability, reading.device)
        const values = admitted(requestContext, asked, reading, refusal)
        if (requestContext.answerOptions?.proof && signatures.isCrowded(requestContext.lane))
          throw new Refusal(await crowded())
        return { [asked.place]: values } as never
      },
    }),
    isMet: {
      transform: async (context) => {
        context.requestContext = await openContext(context.request, context.params)
      },
    },
  })
}

/** The fields by the model, or the fault in them; callers that are refused do not see the fault. */
function readingOf({ fields, unreadable }: RequestContext, model: TObject): ReadFields & { fault?: Outcome } {
  if (unreadable) return { ...unread, fault: unreadable }
  try {
    return read(model, fields)
  } catch (error) {
    if (error instanceof Refusal) return { ...unread, fault: error.outcome }
    throw error
  }
}

/** The fields of an admitted caller; throws a `Refusal` otherwise. */
function admitted(
  requestContext: RequestContext,
  { capability, model }: Asked,
  { values, fault }: ReadFields & { fault?: Outcome },
  refusal: Outcome | undefined,
): Fields {
  const { token, unreadable } = requestContext
  // If the body is unreadable, it may have held a key.
  if (unreadable && token === undefined && refusal?.answer === 'invalid_api_key') throw new Refusal(unreadable)
  const reason = refusal ?? fault ?? problemIn(model, values)
  if (reason) throw new Refusal(reason)
  if (capability === anyone) return values
  requestContext.capability = capability
  requestContext.values = values
  requestContext.answerOptions = answerOptionsOf(requestContext.fields, values)
  return values
}

/** All fields received. Most requests have only a body. */
const fieldsIn = (url: string, body: Intake | undefined, params: Fields | undefined): Arrived =>
  body && 'fields' in body && !params && !url.includes('?') ? body : merge(readQuery(url), body, params)

/** Merges the fields: path parameters take precedence over the body, the body over the query. */
function merge(query: Intake, body: Intake | undefined, params: Fields | undefined): Arrived {
  const refusal = [body, query].find((intake) => intake && 'refusal' in intake)
  const fieldsOf = (intake: Intake | undefined) => (intake && 'fields' in intake ? intake.fields : undefined)
  const fields = { ...fieldsOf(query), ...fieldsOf(body), ...params }
  return refusal && 'refusal' in refusal ? { fields, refusal: refusal.refusal } : { fields }
}
