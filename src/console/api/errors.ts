import type { ProofMethod } from './proof'
import type { Remedy } from './remedy'

/** What an answer other than 200 says. */
interface Refusal {
  status: number
  code: string
  message: string
  requestId: string | undefined
  fields: Readonly<Record<string, string[]>>
  remedies: readonly Remedy[]
  /** How the user can prove who they are, if that is what is missing. */
  proofMethods: readonly ProofMethod[]
  /** Seconds after which the request may succeed. */
  retryAfter: number | undefined
}

/** The server refused a request; its sentence is the message. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string
  readonly requestId: string | undefined
  /** What is wrong with each field. */
  readonly fields: Readonly<Record<string, string[]>>
  readonly remedies: readonly Remedy[]
  readonly proofMethods: readonly ProofMethod[]
  readonly retryAfter: number | undefined

  constructor({ status, code, message, requestId, fields, remedies, proofMethods, retryAfter }: Refusal) {
    super(message)
    this.status = status
    this.code = code
    this.requestId = requestId
    this.fields = fields
    this.remedies = remedies
    this.proofMethods = proofMethods
    this.retryAfter = retryAfter
  }
}

/** No answer arrived. */
export class Unreachable extends Error {}

/** What is wrong with a field, according to the server. */
export const fieldErrorOf = (error: unknown, name: string): string | undefined =>
  error instanceof ApiError ? error.fields[name]?.join(' ') : undefined

/** Reads the answer of the server that refuses a request; one that is not ours, such as a proxy's page, has no code. */
export async function errorFrom(response: Response): Promise<ApiError> {
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN)
  const body: unknown = await response.json().catch(() => undefined)
  const error = (body as { error?: Record<string, unknown> } | undefined)?.error ?? {}
  const message = String(error.message ?? `HTTP ${response.status} ${response.statusText}`.trim())
  const fields = (error.fields ?? (error.field ? { [String(error.field)]: [message] } : {})) as Record<string, string[]>
  return new ApiError({
    status: response.status,
    code: String(error.code ?? ''),
    message,
    requestId: response.headers.get('x-request-id') ?? undefined,
    fields,
    remedies: (error.remedies ?? []) as Remedy[],
    proofMethods: (error.proof as { methods: ProofMethod[] } | undefined)?.methods ?? [],
    retryAfter: Number.isFinite(retryAfter) ? retryAfter : undefined,
  })
}
