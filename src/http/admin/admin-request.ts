import type { IncomingRequest } from '../../access/incoming-request'
import type { Identity } from '../../users/tokens'

/** An admitted request under `/admin/api`. */
export class AdminRequest {
  constructor(
    private readonly incoming: IncomingRequest,
    /** Whether the browser reaches this server over HTTPS. */
    readonly isHttps: boolean,
    /** The caller; absent if the route is open to everyone. */
    readonly identity?: Identity | undefined,
  ) {}

  get request(): Request {
    return this.incoming.request
  }

  get now(): Date {
    return this.incoming.now
  }

  get requestId(): string {
    return this.incoming.requestId
  }

  get address(): string {
    return this.incoming.address
  }
}
