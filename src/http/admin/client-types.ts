import type { Static, TSchema } from '@sinclair/typebox'
import type { DeclaredOperation } from '../../operations/subjects'
import type { movingRoutes } from './moving'
import type { sessionRoutes } from './session'

type Described = DeclaredOperation | (typeof sessionRoutes)[number] | (typeof movingRoutes)[number]

/** What gives access that outlives a session takes the password again. */
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
 * The routes under `/admin/api`, each with the fields it takes and the answer it gives: types alone, for a client that is
 * written in TypeScript. Imported with `import type`, they put nothing of the server into that client. The answer of a
 * route that gives a file is `unknown`.
 */
export type Operations = {
  [Each in Described as Each['route']]: { input: Static<Each['input']> & ProofOf<Each>; answer: AnswerOf<Each> }
}
