import { requestIdOf } from '../kernel/request-id'

const userAgentLengthMax = 512

/** Determines the client's address; `peer` is the socket's address if it was read before. */
export type AddressOf = (request: Request, peer?: string) => string

/** A request as received, by the gate of the contract's endpoints or of the operator's. */
export class IncomingRequest {
  /** The request's id in logs and the audit log. */
  readonly requestId: string
  readonly #addressOf: AddressOf
  #address: string | undefined

  constructor(
    readonly request: Request,
    readonly now: Date,
    /** The socket's address. */
    readonly peer: string | undefined,
    addressOf: AddressOf,
  ) {
    this.requestId = requestIdOf(request.headers.get('x-request-id'))
    this.#addressOf = addressOf
    this.#address = undefined
  }

  /** The client's address, determined on demand. */
  get address(): string {
    this.#address ??= this.#addressOf(this.request, this.peer)
    return this.#address
  }

  get userAgent(): string {
    return (this.request.headers.get('user-agent') ?? '').slice(0, userAgentLengthMax)
  }
}

/** The token of `Authorization: Bearer …`. */
export function bearerTokenIn({ headers }: Request): string | undefined {
  const header = headers.get('authorization')
  return header ? /^\s*bearer\s+(\S+)\s*$/i.exec(header)?.[1] : undefined
}
