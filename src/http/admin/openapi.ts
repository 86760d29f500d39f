import type { TObject } from '@sinclair/typebox'
import { parametersOf } from '../../operations/operation'
import { describeField, describeModel, type Json, mapValues } from '../schema'
import { contentOf, openComponents } from './answer-schema'
import { ErrorAnswer } from './answers'
import { cookieName } from './cookies'
import { bodyTypesOf } from './fields'
import { type AdminRoute, adminPrefix } from './route'
import { adminRoutes } from './routes'
import { fileField } from './upload'

const tag = {
  name: 'Operator',
  description: [
    'What `latchkey` does on the command line, for a user who is logged in with a session cookie, or a script with an',
    'operator token. The same fields, the same values, the same rows in the audit log. Answers are plain JSON, not',
    'sealed. A change made with a cookie needs `Content-Type: application/json`, and comes from a page of this server.',
    '`X-Request-Id` is taken and given back; the audit log has it.',
  ].join(' '),
}

const securitySchemes = {
  session: { type: 'apiKey', in: 'cookie', name: cookieName, description: 'What logging in has set.' },
  operator: { type: 'http', scheme: 'bearer', description: 'An operator token: `lko_…`.' },
}

/** The meaning of each HTTP status that refuses a request. */
const refusals: Record<number, string> = {
  400: 'The request cannot be read.',
  401: 'Not logged in, or the token is invalid.',
  403: 'The role does not allow it, the address is blocked, or the request comes from a page of another site.',
  404: 'Not found.',
  409: 'The current state does not allow it.',
  413: 'The body is too large.',
  415: 'The body is not JSON.',
  422: 'A field is invalid.',
  429: 'Too many requests: wait as long as `Retry-After` tells.',
  500: 'A fault of the server. Its log has the cause.',
  503: 'The database is not available: try again after `Retry-After`.',
}

/** The operator's part of the description, generated from the declarations of its routes. */
export function describeAdmin() {
  const { schemas, shown } = openComponents()
  const content = { 'application/json': { schema: shown(ErrorAnswer) } }
  const responses = mapValues(refusals, (description) => ({ description, headers, content }))
  const paths = pathsOf(adminRoutes, shown)
  return {
    tag,
    securitySchemes,
    schemas,
    responses: Object.fromEntries(
      Object.entries(responses).map(([status, response]) => [`Operator${status}`, response]),
    ),
    paths,
  }
}

const headers = {
  'X-Request-Id': {
    description: 'The id of the request: the one that was sent, or one that was made for it.',
    schema: { type: 'string' },
  },
}

type Shown = (schema: Json) => Json

function pathsOf(routes: readonly AdminRoute[], shown: Shown): Json {
  const paths: Json = {}
  for (const route of routes) {
    const [method, path] = route.route.split(' ') as [string, string]
    const at = `${adminPrefix}${path.replace(/:(\w+)/g, '{$1}')}`
    paths[at] = { ...paths[at], [method.toLowerCase()]: described(route, method, shown) }
  }
  return paths
}

function described(route: AdminRoute, method: string, shown: Shown): Json {
  const { summary, role, command, input, takesFile } = route
  const path = route.route.slice(method.length + 1)
  const inPath = parametersOf(route)
  const isInQuery = method === 'GET' || method === 'DELETE' || takesFile
  const parameters = Object.entries(input.properties as Json)
    .filter(([name, { header }]) => inPath.includes(name) || isInQuery || header)
    .map(([name, field]) => parameterOf(name, field, { inPath: inPath.includes(name), model: input }))
  if (takesFile) parameters.push(fileParameter)
  if (method !== 'GET' && role !== 'anybody' && !path.startsWith('/session')) parameters.push(keyParameter)
  const body = takesFile ? fileBodyOf(route) : isInQuery ? undefined : bodyOf(input, inPath)
  return {
    tags: [tag.name],
    operationId: route.route.replaceAll(/[^\w]+/g, '-').toLowerCase(),
    summary,
    description: [
      role === 'anybody' ? 'For anybody.' : `For the role \`${role}\`, or a higher one.`,
      command ? `On the command line: \`latchkey ${command}\`${sameAsJson(route)}.` : '',
    ]
      .join(' ')
      .trim(),
    'x-role': role,
    security: role === 'anybody' ? [] : [{ session: [] }, { operator: [] }],
    ...(parameters.length && { parameters }),
    ...(body && { requestBody: body }),
    responses: {
      200: { description: 'It is done.', headers, content: contentOf(route, shown) },
      ...mapValues(refusals, (_, status) => ({ $ref: `#/components/responses/Operator${status}` })),
    },
  }
}

/** The commands that import and export print a report of their own. */
const sameAsJson = ({ output, fileTypes }: AdminRoute) =>
  output && !fileTypes ? '; with `--json` it prints the same object' : ''

const fileParameter = {
  name: fileField,
  in: 'query',
  required: true,
  description: 'The name of the file.',
  schema: { type: 'string' },
}

const keyParameter = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'For 24 hours, an equal request of this user with this key changes nothing and gets the first answer, with `Idempotency-Replayed: true`; a different one is refused.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
}

const fileBodyOf = (route: AdminRoute) => ({
  required: true,
  content: Object.fromEntries(
    bodyTypesOf(route).map((type) => [
      type,
      { schema: type.startsWith('multipart/') ? formSchema : { type: 'string' } },
    ]),
  ),
})

const formSchema = {
  type: 'object',
  description: 'The file, and fields that may stand in the query as well.',
  properties: { [fileField]: { type: 'string', format: 'binary' } },
}

function parameterOf(name: string, field: Json, { inPath, model }: { inPath: boolean; model: TObject }): Json {
  const { description, ...schema } = describeField(field)
  const isRequired = inPath || (model.required?.includes(name) ?? false)
  const place = field.header ? 'header' : inPath ? 'path' : 'query'
  return { name: field.header ?? name, in: place, required: isRequired, ...(description && { description }), schema }
}

/** The fields that are not in the path, as a JSON body; undefined if there are none. */
function bodyOf({ properties, required = [] }: TObject, inPath: string[]): Json | undefined {
  const names = Object.keys(properties).filter((name) => !inPath.includes(name) && !(properties[name] as Json).header)
  if (!names.length) return undefined
  const inBody = {
    properties: Object.fromEntries(names.map((name) => [name, properties[name]])),
    required: required.filter((name) => names.includes(name)),
  }
  const schema = describeModel(inBody as unknown as TObject)
  return { required: inBody.required.length > 0, content: { 'application/json': { schema } } }
}
