import { type Static, Type } from '@sinclair/typebox'
import { type AnyElysia, Elysia } from 'elysia'
import type { Deps } from '../../deps'
import { text } from '../../intake/model'
import { OperatorError } from '../../kernel/operator-error'
import { say } from '../../kernel/outcome'
import { requestIdOf } from '../../kernel/request-id'
import { csvOf } from '../../operations/csv'
import type { AnswerSchema, Operation, OperationContext } from '../../operations/operation'
import { subjects } from '../../operations/subjects'
import type { AdminRequest } from './admin-request'
import { done, plainResponse } from './answers'
import { openAdminGate, reply } from './gate'
import { movingRoutes } from './moving'
import { type AdminResponse, type AdminRoute, adminPrefix } from './route'
import { asUser, requirePassword, sessionRoutes, whoIn } from './session'
import { uploadIn } from './upload'

/** Runs the operation as its command would, in the name of the calling user. */
const routeOf = ({ run, ...operation }: Operation): AdminRoute => ({
  ...operation,
  ...(operation.csv && { files: [csvType] }),
  input: operation.proof ? Type.Object({ ...operation.input.properties, current_password }) : operation.input,
  async answer(deps, adminRequest, { current_password: password, ...values }) {
    await requireProof(deps, adminRequest, operation.proof, password)
    return responseOf(operation, adminRequest, await run(operationContextOf(deps, adminRequest, operation), values))
  },
})

const csvType = 'text/csv'

type AnswerOf = Static<AnswerSchema>

/** The value as JSON, or as CSV if requested and available. */
async function responseOf(
  { csv }: Pick<Operation, 'csv'>,
  { request }: AdminRequest,
  value: AnswerOf,
): Promise<AdminResponse<AnswerOf>> {
  if (!csv || !request.headers.get('accept')?.includes(csvType)) return done(value)
  const body = new Response(await csvOf(csv(value))).body!
  return { status: 200, body, headers: { 'content-type': `${csvType}; charset=utf-8` } }
}

const current_password = Type.Optional(
  text({
    maxLength: 512,
    description: 'The password of the user who is logged in, again: what is made outlives the session.',
  }),
)

async function requireProof(deps: Deps, adminRequest: AdminRequest, proof: Operation['proof'], password: unknown) {
  if (!proof || (proof === 'session' && whoIn(adminRequest).token.kind !== 'session')) return
  if (password !== undefined) return requirePassword(deps, adminRequest, String(password))
  throw new OperatorError(
    'this gives access that outlives your session: give your password again, as current_password',
    'forbidden',
  )
}

const operationContextOf = (
  deps: Deps,
  adminRequest: AdminRequest,
  { takesFile }: Pick<Operation, 'takesFile'>,
): OperationContext => ({
  ...deps,
  db: asUser(deps.db, adminRequest),
  now: adminRequest.now,
  user: whoIn(adminRequest).user,
  upload: takesFile && uploadIn(adminRequest.request),
})

/** Everything under `/admin/api`. */
export const adminRoutes: readonly AdminRoute[] = [
  ...sessionRoutes,
  ...subjects.flatMap(({ operations }) => operations.map(routeOf)),
  ...movingRoutes,
]

/** The operator's routes. They come before the envelope and always answer in plain JSON. */
export function admin(deps: Deps, methodsOf: (path: string) => string[]): AnyElysia {
  const door = openAdminGate(deps)
  const app: AnyElysia = new Elysia({ prefix: adminPrefix })
  for (const route of adminRoutes) {
    const [method, path] = route.route.split(' ') as [string, string]
    const enter = door.through(route)
    // The gate reads the body, after admission.
    app.route(method, path, ({ request, params }) => enter({ request, params }), { parse: 'none' })
  }
  return app.all(
    '/*',
    ({ request, path }) => reply(stray(methodsOf(path)), requestIdOf(request.headers.get('x-request-id'))),
    { parse: 'none' },
  )
}

/** A request without a route: 405 with the methods of its path, 404 if the path has none. */
function stray(methods: string[]): AdminResponse {
  if (!methods.length) return plainResponse(say('no_such_endpoint', { detail: 'What there is stands at /docs.' }))
  const said = plainResponse(say('method_not_allowed', { detail: `Use ${methods.join(' or ')}.` }))
  return { ...said, headers: { allow: methods.join(', ') } }
}
