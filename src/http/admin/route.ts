import type { Deps } from '../../deps'
import type { Fields } from '../../intake/body'
import type { Operation, Role } from '../../operations/operation'
import type { Identity } from '../../users/tokens'

export const adminPrefix = '/admin/api'

/** A request under `/admin/api`, as far as it has been let in. */
export interface AdminRequest {
  readonly request: Request
  readonly address: string
  readonly now: Date
  readonly requestId: string
  readonly isHttps: boolean
  /** Who asks, once that is known; absent where a route is open to anybody. */
  identity?: Identity | undefined
}

/** What is answered under an HTTP status: plain JSON, or text piece by piece. */
export interface AdminResponse {
  status: number
  body: object | ReadableStream
  headers?: Record<string, string>
  /** What a browser is to keep or to forget, each as a `Set-Cookie` header. */
  cookies?: readonly string[]
}

/** A route under `/admin/api`. */
export interface AdminRoute extends Pick<Operation, 'route' | 'summary' | 'input' | 'takesFile'> {
  /** What a caller is at least; anybody needs no session. */
  readonly role: Role | 'anybody'
  /** The command that does the same. */
  readonly command?: string
  /** Types that its file may be sent as, beside a stream of octets. */
  readonly fileTypes?: readonly string[]
  /** What its answer is written in; JSON where nothing is said. */
  readonly gives?: readonly string[]
  answer(deps: Deps, adminRequest: AdminRequest, values: Fields): Promise<AdminResponse>
}
