import type { Static, TSchema } from '@sinclair/typebox'
import type { DeclaredOperation } from '../../operations/subjects'
import type { clientFileRoutes } from './client-file'
import type { linkRoutes } from './links'
import type { movingRoutes } from './moving'
import type { formRoutes } from './operation-forms'
import type { preferenceRoutes } from './preferences'
import type { sessionRoutes } from './session'
import type { setupRoutes } from './setup'

type DeclaredRoute =
  | (typeof sessionRoutes)[number]
  | (typeof preferenceRoutes)[number]
  | (typeof linkRoutes)[number]
  | (typeof setupRoutes)[number]
  | (typeof movingRoutes)[number]
  | (typeof clientFileRoutes)[number]
  | (typeof formRoutes)[number]
type Described = DeclaredOperation | DeclaredRoute

/** Operations that give access beyond a session require the password again. */
type ProofOf<Each> = Each extends { readonly proof?: infer Proof }
  ? [Exclude<Proof, undefined>] extends [never]
    ? unknown
    : { current_password?: string }
  : unknown

type AnswerOf<Each> = Each extends { readonly output?: infer Output }
  ? Output extends TSchema
    ? Static<Output>
    : never
  : never

/**
 * The routes under `/admin/api`, each with its input and output: types only, for TypeScript clients. Import it with
 * `import type`, which adds no server code to the client. The output of a route that returns a file is `unknown`.
 */
export type Operations = {
  [Each in Described as Each['route']]: { input: Static<Each['input']> & ProofOf<Each>; answer: AnswerOf<Each> }
}
