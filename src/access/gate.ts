import type { Static, TObject } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Deps } from '../deps'
import { type Fields, readBody } from '../intake/body'
import { unchecked } from '../intake/model'
import type { Answer } from '../kernel/answers'
import { stopwatch } from '../kernel/clock'
import { nextTurn } from '../kernel/next-turn'
import { Refusal } from '../kernel/outcome'
import { crowded } from '../signing/signing-queue'
import { openAdmission } from './admission'
import { AdmittedRequest } from './admitted-request'
import { algorithmIn, answerOptionsOf } from './answer-options'
import type { Capability } from './capabilities'
import type { KnownKey } from './credential-cache'
import type { Attempt } from './guess-limiter'
import { hungUp } from './peers'
import { RequestContext, tokenIn } from './request-context'
import { acceptedFields, fieldsIn, readOrFault } from './request-fields'

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

/** Finds the API key that the path of a request stands for. */
type KeyOf<Params> = (params: Params, request: Request, now: Date) => Promise<KnownKey | undefined>

/** Options of a GET route that does its own admission, with the API key that its path stands for. */
export const ownAdmission = <T extends TObject>(params: T, keyOf: KeyOf<Static<T>>, described: Described) => ({
  ownAdmission: { keyOf: keyOf as KeyOf<never> },
  params,
  detail: detailOf(anyone, described),
})

/** What the gate adds to the context of the framework. */
export interface AtGate {
  requestContext: RequestContext
  /** The request's reservation in the guess limiter. */
  attempt: Attempt | undefined
  /** Present on endpoints that ask for a capability. */
  admitted: AdmittedRequest
}

/**
 * Identifies the caller and admits or refuses it, in the order of CONTRACT §2, before validating any field; then
 * validates the fields.
 */
export function gate(deps: Deps) {
  const { bodies, credentials, clock, clientAddresses, guesses, keys, peers, signatures } = deps
  const admission = openAdmission(deps)

  async function openContext(request: Request, params: unknown, place?: Asked['place'], keyOf?: KeyOf<never>) {
    const arrivedAt = stopwatch()
    const peer = peers.addressOf(request)
    // A disconnected client has no address to limit, block or allow.
    if (peers.isGone(peer)) throw new Refusal(hungUp)
    await nextTurn()
    const openRoom = (bytes: number) => bodies.open(clientAddresses.of(request, peer), bytes)
    const body = place === 'body' ? await readBody(request, openRoom) : undefined
    const carried = fieldsIn(request.url, body, params as Fields | undefined)
    const now = clock()
    const token = keyOf ? undefined : tokenIn(request, carried.fields)
    const key = keyOf
      ? await keyOf(params as never, request, now)
      : token === undefined
        ? undefined
        : (credentials.known(token) ?? (await credentials.identify(token)))
    return new RequestContext({
      request,
      now,
      arrivedAt,
      carried,
      peer,
      key,
      addressOf: clientAddresses.of,
    })
  }

  // One hook for each request, whatever its kind: another would run the request through the framework once more. A hook
  // passes its context on to no function, or the framework would parse query, headers and cookies for that function.
  return new Elysia({ name: 'gate' }).decorate({} as Pick<AtGate, keyof AtGate>).macro({
    asks: (asked: Asked) => ({
      // The return value, the validated fields, is merged into the context, though the type does not show it.
      transform: async (context): Promise<void> => {
        const requestContext = await openContext(context.request, context.params, asked.place)
        context.requestContext = requestContext
        const { capability, model } = asked
        const reading = readOrFault(requestContext, model)
        const attempt = capability && guesses.begin(requestContext)
        context.attempt = attempt instanceof Promise ? await attempt : attempt
        const wanted = { capability, identifier: reading.device, attempt: context.attempt }
        const values = acceptedFields(requestContext, model, reading, await admission(requestContext, wanted))
        const { fields, key } = requestContext
        if (capability && key) {
          const answerOptions = answerOptionsOf(fields, values)
          const admitted = new AdmittedRequest(requestContext, key, capability, values, answerOptions)
          context.admitted = admitted
          const isSignedAlone = answerOptions?.proof && keys.algorithmFor(answerOptions) === 'RS256'
          const waits = isSignedAlone || key.dialect === 'sdk'
          if (waits && signatures.isCrowded(admitted.lane)) throw new Refusal(await crowded())
        } else algorithmIn(fields.signature_algorithm)
        return { [asked.place]: values } as never
      },
    }),
    ownAdmission: ({ keyOf }: { keyOf: KeyOf<never> }) => ({
      transform: async (context): Promise<void> => {
        const requestContext = await openContext(context.request, context.params, undefined, keyOf)
        context.requestContext = requestContext
        context.attempt = await guesses.begin(requestContext)
      },
    }),
  })
}
