import type { TObject } from '@sinclair/typebox'
import { type Fields, type Intake, readBody, readQuery } from '../../intake/body'
import { type Field, type FieldErrors, judge, read } from '../../intake/model'
import { Refusal, say } from '../../kernel/outcome'
import { isJson, onlyJson } from './caller'

/** The fields a request carries: of its path before those of its JSON body, and those before its query's. */
export async function fieldsOf(request: Request, params: Record<string, string>): Promise<Fields> {
  const query = readable(readQuery(request.url))
  return { ...query, ...(request.method === 'GET' ? {} : await bodyOf(request)), ...params }
}

async function bodyOf(request: Request): Promise<Fields> {
  const isOther = request.headers.has('content-type') && !isJson(request)
  if (isOther) throw new Refusal(say('unsupported_media_type', { detail: onlyJson }))
  return readable(await readBody(request))
}

function readable(intake: Intake): Fields {
  if ('refusal' in intake) throw new Refusal(intake.refusal)
  return intake.fields
}

/** The fields in their types, or all that is wrong with them; one that nobody asked for is wrong too. */
export function judged(model: TObject, fields: Fields): { errors?: FieldErrors; values: Fields } {
  const known = new Set(
    Object.entries(model.properties as Record<string, Field>).flatMap(([name, field]) => [
      name,
      ...(field['x-aliases'] ?? []),
    ]),
  )
  const unknown = Object.keys(fields).filter((name) => !known.has(name))
  const { errors, values = {} } = judge(model, read(model, fields).values)
  if (!errors && !unknown.length) return { values }
  const astray = unknown.map((name) => [name, [`There is no field "${name}" here.`]])
  return { errors: { ...errors, ...Object.fromEntries(astray) }, values }
}
