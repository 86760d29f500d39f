import type { Static, TObject } from '@sinclair/typebox'
import type { Deps } from '../../deps'
import type { AdminRouteName, AnswerSchema, Operation, Role } from '../../operations/operation'
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
export interface AdminResponse<Body = unknown> {
  status: number
  body: Body | ReadableStream
  headers?: Record<string, string>
  /** What a browser is to keep or to forget, each as a `Set-Cookie` header. */
  cookies?: readonly string[]
}

/** A route under `/admin/api`. */
export interface AdminRoute<Input extends TObject = TObject, Output extends AnswerSchema = AnswerSchema>
  extends Pick<Operation, 'route' | 'summary' | 'takesFile'> {
  /** What a caller is at least; anybody needs no session. */
  readonly role: Role | 'anybody'
  /** The command that does the same. */
  readonly command?: string
  /** Types that its file may be sent as, beside a stream of octets. */
  readonly fileTypes?: readonly string[]
  readonly input: Input
  /** The schema of its JSON; absent where it gives files alone. */
  readonly output?: Output
  /** Other types that it gives: the file it is, or the form that `Accept` asks for. */
  readonly files?: readonly string[]
  answer(deps: Deps, adminRequest: AdminRequest, values: Static<Input>): Promise<AdminResponse<Static<Output>>>
}

/** Declares a route that no operation stands behind; its name and its types are known to the type checker. */
export const adminRoute = <
  Input extends TObject,
  const Route extends AdminRouteName,
  Output extends AnswerSchema = AnswerSchema,
>(
  declared: AdminRoute<Input, Output> & { readonly route: Route },
) => declared
