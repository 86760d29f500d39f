import type { Static, TObject } from '@sinclair/typebox'
import type { Deps } from '../../deps'
import type { AdminRouteName, AnswerSchema, Operation, Role } from '../../operations/operation'
import type { Identity } from '../../users/tokens'
import type { AdminRequest } from './admin-request'
import type { RefusedResponse } from './answers'

export const adminPrefix = '/admin/api'

/** A response: plain JSON, text in pieces, or a file, with its HTTP status; null for no body. */
export interface AdminResponse<Body = unknown> {
  status: number
  body: Body | ReadableStream | Blob | null
  headers?: Record<string, string>
  /** `Set-Cookie` headers that set or delete cookies. */
  cookies?: readonly string[]
  /** Whether licence keys and e-mail addresses in the body are masked already. */
  isMasked?: boolean
  /** The user that the route has logged in. */
  identity?: Identity
}

/** A route under `/admin/api`. */
export interface AdminRoute<Input extends TObject = TObject, Output extends AnswerSchema = AnswerSchema>
  extends Pick<Operation, 'route' | 'summary' | 'takesFile' | 'reveals' | 'isSetup'> {
  /** The least role required; `anybody` needs no session. */
  readonly role: Role | 'anybody'
  /** The command with the same effect. */
  readonly command?: string
  /** Content types of its file besides `application/octet-stream`. */
  readonly fileTypes?: readonly string[]
  readonly input: Input
  /** The schema of its JSON; absent if it returns only files. */
  readonly output?: Output
  /** Other content types it returns: its file's, or the one `Accept` asks for. */
  readonly files?: readonly string[]
  answer(
    deps: Deps,
    adminRequest: AdminRequest,
    values: Static<Input>,
  ): Promise<AdminResponse<Static<Output>> | RefusedResponse>
}

/** Declares a route that has no operation; the type checker knows its name and types. */
export const adminRoute = <
  Input extends TObject,
  const Route extends AdminRouteName,
  Output extends AnswerSchema = AnswerSchema,
>(
  declared: AdminRoute<Input, Output> & { readonly route: Route },
) => declared
