import type { TObject } from '@sinclair/typebox'
import { type Fields, type Intake, readBody, readQuery } from '../../intake/body'
import type { Field, FieldErrors } from '../../intake/model'
import { readInput } from '../../intake/operator'
import type { OpenRoom } from '../../intake/receive'
import { Refusal, say } from '../../kernel/outcome'
import type { AdminRoute } from './route'
import { fileField, readForm } from './upload'

type Asked = Pick<AdminRoute, 'takesFile' | 'fileTypes'>

/** The content types a route accepts: JSON, or the file it takes. */
export const bodyTypesOf = ({ takesFile, fileTypes = [] }: Asked): readonly string[] =>
  takesFile ? ['application/octet-stream', ...fileTypes] : ['application/json']

const typeOf = ({ headers }: Request) => (headers.get('content-type') ?? '').split(';', 1)[0]!.trim().toLowerCase()

const isOfType = (request: Request, route: Asked) => bodyTypesOf(route).includes(typeOf(request))

/** Types that a form of any page can send without a preflight. */
const formTypes = ['multipart/form-data', 'text/plain', 'application/x-www-form-urlencoded']

/** Whether the body has a type that the route accepts and that a form of another page cannot send. */
export const isOfSafeType = (request: Request, route: Asked) =>
  isOfType(request, route) && !formTypes.includes(typeOf(request))

export const unsupported = (route: Asked) =>
  new Refusal(say('unsupported_media_type', { detail: `Send ${bodyTypesOf(route).join(', ')}.` }))

/** The fields of a request: path and headers take precedence over the JSON body, and the body over the query. */
export async function readFields(
  request: Request,
  parameters: Record<string, string>,
  route: Asked & Pick<AdminRoute, 'input'>,
  openRoom: OpenRoom,
): Promise<Fields> {
  const query = readable(readQuery(request.url))
  const params = { ...parameters, ...headerFields(request, route) }
  if (request.method === 'GET') return { ...query, ...params }
  if (request.headers.has('content-type') && !isOfType(request, route)) throw unsupported(route)
  if (!route.takesFile) return { ...query, ...readable(await readBody(request, openRoom)), ...params }
  const form = typeOf(request) === 'multipart/form-data' ? await readForm(request, openRoom) : {}
  const { [fileField]: _, ...fields } = { ...query, ...form }
  return { ...fields, ...params }
}

/** Fields read only from headers; a missing one is not looked for elsewhere. */
const headerFields = ({ headers }: Request, { input }: Pick<AdminRoute, 'input'>) =>
  Object.fromEntries(
    Object.entries(input.properties as Record<string, Field>).flatMap(([name, { header }]) =>
      header ? [[name, headers.get(header)]] : [],
    ),
  )

function readable(intake: Intake): Fields {
  if ('refusal' in intake) throw new Refusal(intake.refusal)
  return intake.fields
}

/** The fields converted to their types, or all faults; an unknown field is a fault too. */
export function validateFields(model: TObject, fields: Fields): { errors?: FieldErrors; values: Fields } {
  const known = new Set(
    Object.entries(model.properties as Record<string, Field>).flatMap(([name, field]) => [
      name,
      ...(field['x-aliases'] ?? []),
    ]),
  )
  const unknown = Object.keys(fields).filter((name) => !known.has(name))
  const { errors, values = {} } = readInput(model, fields)
  if (!errors && !unknown.length) return { values }
  const astray = unknown.map((name) => [name, [`There is no field "${name}" here.`]])
  return { errors: { ...errors, ...Object.fromEntries(astray) }, values }
}
