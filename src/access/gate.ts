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

/** The capability of an endpoint that takes no API key: anybody who is not blocked, at the pace an address may have. */
export const anyone = undefined

/** What an endpoint asks of a caller: a capability, and the model its fields are read by. */
interface Asked {
  capability: Capability | typeof anyone
  model: TObject
  /** Where its handler finds the fields, wherever they stood. */
  place: 'body' | 'query' | 'params'
}

/** What an endpoint says of itself in the API's description. */
export interface Described {
  summary: string
  /** Every answer its service can give; those of the gate are understood. */
  says: readonly Answer[]
}

const detailOf = (capability: Asked['capability'], { summary, says }: Described) => ({
  summary,
  'x-answers': says,
  ...(capability === anyone ? { security: [] } : { 'x-capability': capability }),
})

// The gate reads and checks the fields, so the framework shall not: what it would do costs more than the look-up.

/** Options of a POST route: who may call it, what it takes, what it says. */
export const endpoint = <T extends TObject>(capability: Asked['capability'], model: T, described: Described) => ({
  asks: { capability, model, place: 'body' as const },
  parse: 'none' as const,
  body: unchecked(model),
  detail: detailOf(capability, described),
})

/** Options of a GET route whose fields stand in its query. */
export const lookup = <T extends TObject>(capability: Asked['capability'], model: T, described: Described) => ({
  asks: { capability, model, place: 'query' as const },
  query: unchecked(model),
  detail: detailOf(capability, described),
})

/** Options of a GET route whose fields all stand in its path, under the names the model gives them. */
export const pathLookup = <T extends TObject>(capability: Asked['capability'], model: T, described: Described) => ({
  asks: { capability, model, place: 'params' as const },
  params: unchecked(model),
  detail: detailOf(capability, described),
})

/** Options of a GET route that admits its callers itself. */
export const ownAdmission = <T extends TObject>(params: T, described: Described) => ({
  isMet: true as const,
  params,
  detail: detailOf(anyone, described),
})

const unread: ReadFields = { values: {}, device: undefined }

/**
 * Identifies the caller, then admits or refuses it, in the order of CONTRACT §2, before any field is judged; then its
 * fields must be what the model asks for.
 */
export function gate(deps: Deps) {
  const { bodies, credentials, clock, clientAddresses, peers, signatures } = deps
  const refusalOf = openAdmission(deps)

  async function meet(request: Request, params: unknown, place?: Asked['place']) {
    const arrivedAt = stopwatch()
    const peer = peers.addressOf(request)
    // A client that has hung up has no address that could be limited, blocked or allowed.
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

  // One hook for a request, whatever its kind: each takes it once more through the framework.
  return new Elysia({ name: 'gate' }).decorate({} as { requestContext: RequestContext }).macro({
    asks: (asked: Asked) => ({
      // What it returns is merged into the context, though its type does not say so: the fields, as the model reads them.
      transform: async (context): Promise<void> => {
        const requestContext = await meet(context.request, context.params, asked.place)
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
        context.requestContext = await meet(context.request, context.params)
      },
    },
  })
}

/** The fields as the model reads them, or why it cannot; whoever may not come in is not told. */
function readingOf({ fields, unreadable }: RequestContext, model: TObject): ReadFields & { fault?: Outcome } {
  if (unreadable) return { ...unread, fault: unreadable }
  try {
    return read(model, fields)
  } catch (error) {
    if (error instanceof Refusal) return { ...unread, fault: error.outcome }
    throw error
  }
}

/** The fields of a caller that may come in; a `Refusal` is thrown where it may not. */
function admitted(
  requestContext: RequestContext,
  { capability, model }: Asked,
  { values, fault }: ReadFields & { fault?: Outcome },
  refusal: Outcome | undefined,
): Fields {
  const { token, unreadable } = requestContext
  // Without a readable body nobody can tell whether it held a key.
  if (unreadable && token === undefined && refusal?.answer === 'invalid_api_key') throw new Refusal(unreadable)
  const reason = refusal ?? fault ?? problemIn(model, values)
  if (reason) throw new Refusal(reason)
  if (capability === anyone) return values
  requestContext.capability = capability
  requestContext.values = values
  requestContext.answerOptions = answerOptionsOf(requestContext.fields, values)
  return values
}

/** What arrived, wherever it stood. Most requests carry a body alone. */
const fieldsIn = (url: string, body: Intake | undefined, params: Fields | undefined): Arrived =>
  body && 'fields' in body && !params && !url.includes('?') ? body : merge(readQuery(url), body, params)

/** The path's parameters before the fields of the body, those before the fields of the query. */
function merge(query: Intake, body: Intake | undefined, params: Fields | undefined): Arrived {
  const refusal = [body, query].find((intake) => intake && 'refusal' in intake)
  const fieldsOf = (intake: Intake | undefined) => (intake && 'fields' in intake ? intake.fields : undefined)
  const fields = { ...fieldsOf(query), ...fieldsOf(body), ...params }
  return refusal && 'refusal' in refusal ? { fields, refusal: refusal.refusal } : { fields }
}
