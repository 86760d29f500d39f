import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Deps } from '../../deps'
import { choice } from '../../intake/model'
import { say } from '../../kernel/outcome'
import { requestIdOf } from '../../kernel/request-id'
import { csvText } from '../../operations/csv'
import type { Operation } from '../../operations/operation'
import { subjects } from '../../operations/subjects'
import { requireOneself } from '../../users/service'
import type { AdminRequest } from './admin-request'
import { done, plainResponse } from './answers'
import { clientFileRoutes } from './client-file'
import { openAdminGate, reply } from './gate'
import { asUser, whoIn } from './identity'
import { linkRoutes } from './links'
import { isMaskedFor, maskedEach, openedCursor } from './masking'
import { movingRoutes } from './moving'
import { operationContextOf } from './operation-context'
import { formRoutes } from './operation-forms'
import { preferenceRoutes } from './preferences'
import { currentPassword, requireProof } from './proof'
import { answerOnce } from './repeats'
import { type AdminResponse, type AdminRoute, adminPrefix } from './route'
import { sessionRoutes } from './session'
import { setupRoutes } from './setup'
import { streamOf } from './stream'

/** Runs the operation as its command would, in the name of the calling user. */
const routeOf = ({ run, ...operation }: Operation): AdminRoute => ({
  ...operation,
  ...(hasCsv(operation) && { files: [csvType] }),
  input: inputOf(operation),
  async answer(deps, adminRequest, { current_password: password, format, ...given }) {
    const { user } = whoIn(adminRequest)
    if (operation.isOwn) requireOneself(user, String(given.user))
    const needsProof = operation.needsProof?.(given) ?? true
    await requireProof(deps, adminRequest, needsProof ? operation.proof : undefined, password)
    const isMasked = isMaskedFor(user, operation)
    const values = isMasked && given.after ? { ...given, after: openedCursor(deps, String(given.after)) } : given
    if (!hasCsv(operation) || !wantsCsv(adminRequest, format)) {
      return answerOnce(deps, operation, { adminRequest, fields: values }, async (db) =>
        done(await run(operationContextOf({ ...deps, db }, adminRequest, operation), values)),
      )
    }
    const context = operationContextOf({ ...deps, db: asUser(deps.db, adminRequest) }, adminRequest, operation)
    const tables = operation.csvPages?.(values, context) ?? [operation.csv!(await run(context, values))]
    return { ...(await csvResponse(operation, csvText(isMasked ? maskedEach(deps, tables) : tables))), isMasked }
  },
})

const csvType = 'text/csv'

const hasCsv = ({ csv, csvPages }: Pick<Operation, 'csv' | 'csvPages'>) => Boolean(csv ?? csvPages)

function inputOf(operation: Omit<Operation, 'run'>) {
  const { proof, input } = operation
  if (!proof && !hasCsv(operation)) return input
  return Type.Object({
    ...input.properties,
    ...(proof && { current_password: currentPassword(operation.route.split(' ')[0]!) }),
    ...(hasCsv(operation) && { format: csvFormat }),
  })
}

const csvFormat = Type.Optional(
  choice(['json', 'csv'], {
    description: 'csv for a file that a spreadsheet opens, of the whole list unless "limit" is given; json by default.',
  }),
)

const wantsCsv = ({ request }: AdminRequest, format: unknown) =>
  format === undefined ? request.headers.get('accept')?.includes(csvType) : format === 'csv'

async function csvResponse(
  { route }: Pick<Operation, 'route'>,
  pieces: AsyncGenerator<string>,
): Promise<AdminResponse> {
  return {
    status: 200,
    body: await streamOf(encoded(pieces)),
    headers: {
      'content-type': `${csvType}; charset=utf-8`,
      'content-disposition': `attachment; filename="${/(\w[\w-]*)$/.exec(route)?.[1] ?? 'list'}.csv"`,
    },
  }
}

async function* encoded(pieces: AsyncGenerator<string>) {
  for await (const piece of pieces) yield Buffer.from(piece)
}

/** Everything under `/admin/api`. */
export const adminRoutes: readonly AdminRoute[] = [
  ...sessionRoutes,
  ...preferenceRoutes,
  ...linkRoutes,
  ...setupRoutes,
  ...formRoutes,
  ...subjects.flatMap(({ operations }) => operations.map(routeOf)),
  ...movingRoutes,
  ...clientFileRoutes,
]

/** The handlers of the operator's routes by path and method. */
type AdminHandlers = Record<string, Record<string, (request: Bun.BunRequest) => Promise<Response>>>

/**
 * The operator's routes, for the router of the runtime: the framework would read, merge and copy each of them, which
 * takes a tenth of the start.
 */
export function adminHandlers(deps: Deps): AdminHandlers {
  const door = openAdminGate(deps)
  const handlers: AdminHandlers = {}
  for (const route of adminRoutes) {
    const { method, path } = placeOf(route)
    handlers[path] = { ...handlers[path], [method]: door.through(route) }
  }
  return handlers
}

/** The methods and paths of the operator's routes. */
export const adminPlaces = adminRoutes.map((route) => placeOf(route))

function placeOf({ route }: AdminRoute) {
  const [method, path] = route.split(' ') as [string, string]
  return { method, path: `${adminPrefix}${path}` }
}

/** Requests under `/admin/api` without a route. They come before the envelope and are answered in plain JSON. */
export const adminNotFound = (methodsOf: (path: string) => string[]) =>
  new Elysia().all(
    `${adminPrefix}/*`,
    ({ request, path }) => reply(stray(methodsOf(path)), requestIdOf(request.headers.get('x-request-id'))),
    { parse: 'none' },
  )

/** A request without a route: 405 with the methods of its path, 404 if the path has none. */
function stray(methods: string[]): AdminResponse {
  if (!methods.length) return plainResponse(say('no_such_endpoint', { detail: 'What there is stands at /docs.' }))
  const said = plainResponse(say('method_not_allowed', { detail: `Use ${methods.join(' or ')}.` }))
  return { ...said, headers: { allow: methods.join(', ') } }
}
