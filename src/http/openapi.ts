import { toOpenAPISchema } from '@elysiajs/openapi/openapi'
import type { TObject } from '@sinclair/typebox'
import type { AnyElysia } from 'elysia'
import { version } from '../../package.json'
import { type Answer, answers, declared } from '../kernel/answers'
import { phpJson } from '../kernel/php-json'
import { describeAdmin } from './admin/openapi'
import { fields, payloads } from './examples'
import { answerOptions, describeField, describeModel, type Json, mapValues, signatureOption } from './schema'

/** Answers that any endpoint may give before its service runs. */
const gateAnswers: readonly Answer[] = [
  'invalid_api_key',
  'inactive_api_key',
  'insufficient_permissions',
  'ip_not_allowed',
  'access_denied',
  'malformed_request',
  'request_too_large',
  'unsupported_media_type',
  'idempotency_key_reused',
  'too_many_requests',
  'internal_error',
  'not_ready',
]

/** Those that public endpoints may give. */
const openAnswers: readonly Answer[] = [
  'access_denied',
  'malformed_request',
  'too_many_requests',
  'internal_error',
  'not_ready',
]

/** The OpenAPI 3.1 description of the contract, generated from the routes' schemas. */
export function describeApi(app: AnyElysia): Json {
  const { paths } = toOpenAPISchema(app, {
    paths: [/^\/v1\//, /^\/admin\//, '/*', '/docs', '/docs/*', '/openapi.json'],
  })
  const models = new Map(app.routes.map(({ method, path, hooks }) => [`${method} ${path}`, hooks.body as TObject]))
  const described = Object.entries(paths as Json).map(([path, operations]) => [
    path,
    mapValues(operations, (operation: Json, method) => {
      const route = `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`
      return describeOperation(operation, models.get(route))
    }),
  ])
  const admin = describeAdmin()
  return {
    openapi: '3.1.0',
    info: {
      title: 'Latchkey',
      version,
      summary: 'Licence keys: sell, activate, verify.',
      description: introduction,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: './' }],
    security: [{ bearer: [] }, { query: [] }],
    // Viewers show the tags in this order.
    tags: [...tagsOf(paths as Json), admin.tag],
    paths: { ...Object.fromEntries(described), ...admin.paths },
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'The API key.' },
        query: {
          type: 'apiKey',
          in: 'query',
          name: 'api_key',
          description: 'The API key; it may also be a field of the body.',
        },
        ...admin.securitySchemes,
      },
      schemas: { Envelope: envelopeSchema, ...admin.schemas },
      responses: {
        ...Object.fromEntries([...responsesOf(gateAnswers)].map(([status, response]) => [`Gate${status}`, response])),
        ...admin.responses,
      },
    },
  }
}

/** The tags of these paths, with the clients' endpoints first. */
function tagsOf(paths: Json): Json[] {
  const isEndpoint = ([path]: [string, Json]) => /^\/(api|clients)\b/.test(path)
  const inOrder = Object.entries<Json>(paths).sort((a, b) => Number(isEndpoint(b)) - Number(isEndpoint(a)))
  const operations = inOrder.flatMap(([, path]) => Object.values(path)) as { tags?: string[] }[]
  return [...new Set(operations.flatMap(({ tags = [] }) => tags))].map((name) => ({ name }))
}

const introduction = [
  'Every answer is a signed envelope: `signature` is RSA PKCS#1 v1.5 with SHA-256 over the text of `response_base64`.',
  'Trust only what `response_base64` decodes to. `response.code` is the result.',
  'A body may be JSON, a URL-encoded form or multipart/form-data; numbers may come as text; unknown fields are ignored.',
  'The same endpoints exist under `/v1`.',
  'Any request with an API key may carry `nonce`, 8 to 128 printable ASCII characters: the signed answer then ends in',
  '`license_key_sha256` and `identifier_sha256` of what it is about, `nonce`, `product_id` and `product_uuid` of the',
  'product that decided, and `timestamp`. With `key_id`, an id of',
  '`GET /api/v1/keys`, the answer is signed by that key while it may sign. With `signature_algorithm=ES256` its companion',
  'signs instead: ECDSA on P-256 with SHA-256, 64 bytes r‖s (IEEE P1363), over the same text.',
  'The operator API is under `/admin/api`, in plain JSON.',
].join(' ')

const envelopeSchema = {
  type: 'object',
  required: ['response', 'response_base64', 'private_key_used', 'signature'],
  properties: {
    response: {
      type: 'object',
      required: ['code', 'message', 'timestamp'],
      properties: {
        code: { oneOf: [{ type: 'integer' }, { const: '400' }] },
        message: { type: 'string' },
        timestamp: { type: 'integer', description: 'Seconds since 1970.' },
      },
    },
    response_base64: { type: 'string', description: 'base64 of the signed JSON text of `response`.' },
    private_key_used: { enum: ['product', 'global'] },
    signature: { type: 'string', description: 'base64; `Private key not set` when the server has no key.' },
  },
}

function describeOperation(operation: Json, body: TObject | undefined): Json {
  const { 'x-answers': says = [], requestBody: _, parameters = [], ...rest } = operation
  const isPublic = (rest.security as unknown[] | undefined)?.length === 0
  const options = !says.length ? {} : isPublic ? signatureOption : answerOptions
  const withOptions = (model: Json) => ({ ...model, properties: { ...model.properties, ...options } })
  const inQuery = body ? [] : Object.entries(options).map(([name, schema]) => ({ name, in: 'query', schema }))
  const described = [...parameters.map(describeParameter), ...inQuery.map(describeOption)]
  return {
    ...rest,
    ...(described.length && { parameters: described }),
    ...(body && { requestBody: { content: inEveryForm(withOptions(describeModel(body, fields))) } }),
    responses: says.length ? describeAnswers(says, isPublic) : (rest.responses ?? plainAnswer),
  }
}

const plainAnswer = { 200: { description: 'See the summary. The answer is not in an envelope.' } }

const describeParameter = ({ schema, ...parameter }: Json) => {
  const { description, ...type } = describeField(schema, fields[parameter.name])
  return { ...parameter, ...(description && { description }), schema: type }
}

const describeOption = ({ schema: { description, ...schema }, ...parameter }: Json) => ({
  ...parameter,
  description,
  schema,
})

const inEveryForm = (schema: Json) =>
  Object.fromEntries(
    ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data'].map((type) => [type, { schema }]),
  )

/** The answers of an endpoint by HTTP status: its own, and the gate's if it needs an API key. */
function describeAnswers(says: readonly Answer[], isPublic: boolean): Json {
  if (isPublic) return Object.fromEntries(responsesOf([...says, ...openAnswers]))
  const both = responsesOf([...says, ...gateAnswers])
  const own = new Set<number>(says.map((answer) => answers[answer].http))
  const refer = (status: number) => ({ $ref: `#/components/responses/Gate${status}` })
  return Object.fromEntries([...both].map(([status, response]) => [status, own.has(status) ? response : refer(status)]))
}

/** Answers by HTTP status, each with a worked example. */
function responsesOf(says: readonly Answer[]): Map<number, Json> {
  const byStatus = Map.groupBy(new Set(says), (answer): number => answers[answer].http)
  const described = [...byStatus].map(([status, group]): [number, Json] => [
    status,
    {
      description: group.map((answer) => `${declared(answer).code} ${declared(answer).message}`).join(' · '),
      content: {
        'application/json': {
          schema: { $ref: '#/components/schemas/Envelope' },
          examples: Object.fromEntries(group.map((answer) => [answer, exampleOf(answer)])),
        },
      },
    },
  ])
  return new Map(described)
}

function exampleOf(answer: Answer): Json {
  const { code, message } = declared(answer)
  const response = { code, message, ...payloads[answer], timestamp: 1_708_999_231 }
  const response_base64 = Buffer.from(phpJson(response)).toString('base64')
  return {
    summary: `${code} ${message}`,
    value: { response, response_base64, private_key_used: 'global', signature: 'base64…' },
  }
}
