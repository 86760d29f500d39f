import type { TObject } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Deps } from '../deps'
import { type Fields, type Intake, readBody, readQuery } from '../intake/body'
import { type Reading, read } from '../intake/model'
import { addressSet, clientAddress } from '../kernel/addresses'
import type { Answer } from '../kernel/answers'
import { type Outcome, Refusal } from '../kernel/outcome'
import { openAdmission } from './admission'
import type { KnownKey } from './admit'
import type { Capability } from './capabilities'

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
  ...(capability === anyone && { security: [] }),
})

/** Options of a POST route: who may call it, what it takes, what it says. */
export const endpoint = <T extends TObject>(capability: Asked['capability'], model: T, described: Described) => ({
  asks: { capability, model, place: 'body' as const },
  body: model,
  detail: detailOf(capability, described),
})

/** The same for a GET route. */
export const lookup = <T extends TObject>(capability: Asked['capability'], model: T, described: Described) => ({
  asks: { capability, model, place: 'query' as const },
  query: model,
  detail: detailOf(capability, described),
})

/** The same for a GET route whose fields all stand in its path, under the names the model gives them. */
export const pathLookup = <T extends TObject>(capability: Asked['capability'], model: T, described: Described) => ({
  asks: { capability, model, place: 'params' as const },
  params: model,
  detail: detailOf(capability, described),
})

/** Options of a GET route that admits its callers itself. */
export const ownAdmission = <T extends TObject>(params: T, described: Described) => ({
  params,
  detail: detailOf(anyone, described),
})

/** Who is asking, as far as anybody can tell before they are admitted. */
export interface Visitor {
  readonly now: Date
  readonly address: string
  readonly userAgent: string
  /** The API key they showed, or that a link of theirs stands for, whatever its state. */
  key: KnownKey | undefined
  readonly hasToken: boolean
  /** What this request is called, in logs and in the audit log. */
  readonly requestId: string
  readonly fields: Fields
  /** Why their fields cannot be read, if they cannot. */
  readonly unreadable: Outcome | undefined
  readonly idempotencyKey: string | undefined
  /** What they were admitted for, and their fields as its model reads them; set once they are. */
  capability?: Capability
  values?: Fields
  /** Told whether the answer reached them, where a route reports it. */
  onAnswered?: (isDelivered: boolean) => void
}

const longestUserAgent = 512
const unread: Reading = { values: {}, device: undefined }

/** Identifies the caller, then admits or refuses it, in the order of CONTRACT §2, before any field is judged. */
export function gate(deps: Deps) {
  const { config, doorkeeper, clock } = deps
  const trusted = addressSet(config.trusted_proxies)
  const refusalOf = openAdmission(deps)

  const addressOf = (request: Request, server: Bun.Server<unknown> | null) => {
    const socketAddress = server?.requestIP(request)?.address ?? ''
    return clientAddress(socketAddress, request.headers.get('x-forwarded-for'), trusted)
  }

  /** The caller's fields as the model reads them; a `Refusal` is thrown when they may not come in. */
  async function admitted(visitor: Visitor, { capability, model }: Asked): Promise<Fields> {
    const { hasToken, unreadable } = visitor
    const { reading, fault } = readingOf(visitor, model)
    const { values, device } = reading
    const refusal = (await refusalOf(visitor, capability, device)) ?? fault
    // Without a readable body nobody can tell whether it held a key.
    if (unreadable && !hasToken && refusal?.answer === 'invalid_api_key') throw new Refusal(unreadable)
    if (refusal) throw new Refusal(refusal)
    if (capability === anyone) return values
    visitor.capability = capability
    visitor.values = values
    return values
  }

  return new Elysia({ name: 'gate' })
    .onParse({ as: 'scoped' }, ({ request }) => readBody(request))
    .derive({ as: 'scoped' }, async (context) => {
      const { request, server, body, params } = context
      const { requestId } = context as unknown as { requestId: string }
      const { fields, refusal } = fieldsIn(request.url, body as Intake | undefined, params as Fields | undefined)
      const token = bearerToken(request.headers.get('authorization')) ?? textOf(fields.api_key)
      let address: string | undefined
      const visitor: Visitor = {
        now: clock(),
        get address() {
          address ??= addressOf(request, server)
          return address
        },
        get userAgent() {
          return (request.headers.get('user-agent') ?? '').slice(0, longestUserAgent)
        },
        key: token === undefined ? undefined : await doorkeeper.identify(token),
        hasToken: token !== undefined,
        requestId,
        fields,
        unreadable: refusal,
        get idempotencyKey() {
          return request.headers.get('idempotency-key') ?? undefined
        },
      }
      return { visitor }
    })
    .macro({
      asks: (asked: Asked) => ({
        // What it returns is merged into the context, though its type does not say so: the fields, as the model reads them.
        transform: async ({ visitor }): Promise<void> =>
          ({ [asked.place]: await admitted(visitor as Visitor, asked) }) as never,
      }),
    })
}

/** The fields as the model reads them, or why it cannot; whoever may not come in is not told. */
function readingOf({ fields, unreadable }: Visitor, model: TObject): { reading: Reading; fault?: Outcome } {
  if (unreadable) return { reading: unread, fault: unreadable }
  try {
    return { reading: read(model, fields) }
  } catch (error) {
    if (error instanceof Refusal) return { reading: unread, fault: error.outcome }
    throw error
  }
}

interface Arrived {
  fields: Fields
  refusal?: Outcome
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

/** The token of `Authorization: Bearer …`. */
const bearerToken = (header: string | null) => (header ? /^\s*bearer\s+(\S+)\s*$/i.exec(header)?.[1] : undefined)

const textOf = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)
