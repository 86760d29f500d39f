import { type Outcome, say } from '../kernel/outcome'
import { depthMax, excessIn, hasMoreThan, valuesMax } from './excess'
import { type OpenRoom, receiveBytes, receiveText, type Unreceived } from './receive'

/** Field names and values as received; values of any JSON type. */
export type Fields = Record<string, unknown>

/** The fields of a request, or why it cannot be read. */
export type Intake = { fields: Fields } | { refusal: Outcome }

/** All fields received, from query, body and path; `refusal` if some could not be read. */
export interface Arrived {
  fields: Fields
  refusal?: Outcome
}

/** The largest request body accepted, in bytes. */
export const bodyBytesMax = 1_048_576

const malformed = (detail: string): Intake => ({ refusal: say('malformed_request', { detail }) })
const tooLarge: Intake = { refusal: say('request_too_large', { detail: 'The body may have 1 MiB at most.' }) }
const tooMany: Intake = {
  refusal: say('request_too_large', { detail: `The body may hold ${valuesMax} values at most.` }),
}
const unsupported: Intake = {
  refusal: say('unsupported_media_type', {
    detail: 'Send application/json, application/x-www-form-urlencoded or multipart/form-data, uncompressed.',
  }),
}
const notUtf8 = malformed('The body is not valid UTF-8.')
const brokenOff = malformed('The body broke off.')
const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Reads a body in any form that v1 clients send (CONTRACT §9), within its reserved space. Never throws. */
export async function readBody(request: Request, openRoom: OpenRoom): Promise<Intake> {
  const { headers } = request
  const announced = headers.get('content-length')
  if (Number(announced) > bodyBytesMax) return tooLarge
  const type = headers.get('content-type') ?? ''
  const form = type === 'application/json' ? type : type.split(';', 1)[0]!.trim().toLowerCase()
  // Reads text where possible: the runtime takes twice as long for bytes.
  if (form !== 'application/json' || announced === null || headers.has('content-encoding')) {
    return readUnusual(request, form, openRoom)
  }
  const text = await receiveText(request, Number(announced), openRoom)
  if (typeof text !== 'string') return refusedBody(text)
  if (text === '') return { fields: {} }
  // The replacement for invalid UTF-8; the client may also have sent this character itself.
  if (text.includes('\ufffd') && Buffer.byteLength(text) !== Number(announced)) return notUtf8
  return readJson(text)
}

const refusedBody = (why: Unreceived): Intake =>
  why === 'broken off' ? brokenOff : why === 'too large' ? tooLarge : { refusal: why }

async function readUnusual(request: Request, form: string, openRoom: OpenRoom): Promise<Intake> {
  const bytes = await receiveBytes(request, bodyBytesMax, openRoom)
  if (!(bytes instanceof Uint8Array)) return refusedBody(bytes)
  if (bytes.length === 0) return { fields: {} }
  if (request.headers.has('content-encoding')) return unsupported
  const text = decode(bytes)
  if (text === undefined) return notUtf8
  switch (form) {
    case 'application/json':
      return readJson(text)
    case 'application/x-www-form-urlencoded':
      return readFormBody(text)
    case 'multipart/form-data':
      return readMultipart(bytes, request.headers.get('content-type')!)
    default:
      return unsupported
  }
}

/** The fields of a URL's query, parsed as a form. */
export function readQuery(url: string): Intake {
  const start = url.indexOf('?')
  return start === -1 ? { fields: {} } : readForm(url.slice(start + 1))
}

function decode(bytes: Uint8Array) {
  try {
    return utf8.decode(bytes)
  } catch {
    return undefined
  }
}

function readJson(text: string): Intake {
  const excess = excessIn(text)
  if (excess === 'values') return tooMany
  if (excess === 'depth') return malformed(`The JSON body is nested more than ${depthMax} levels deep.`)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return malformed('The body is not valid JSON.')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return malformed('The JSON body must be an object: {"license_key": "…"}.')
  }
  return { fields: value as Fields }
}

/** A form, or JSON sent with a form's content type, as `curl -d` does. */
function readFormBody(text: string): Intake {
  if (/^\s*(\{|%7b)/i.test(text)) {
    return malformed('The body is JSON, but was sent as a form: send it with "Content-Type: application/json".')
  }
  return readForm(text)
}

function readForm(text: string): Intake {
  if (hasMoreThan(valuesMax, '&', text)) return tooMany
  const pairs = [...new URLSearchParams(text)]
  const isReplaced = pairs.some(([name, value]) => name.includes('\ufffd') || value.includes('\ufffd'))
  if (isReplaced && !/\ufffd|%ef%bf%bd/i.test(text)) return malformed('A field is not valid UTF-8.')
  return { fields: collect(pairs) }
}

async function readMultipart(bytes: Uint8Array, type: string): Promise<Intake> {
  let pairs: [string, unknown][]
  try {
    const response = new Response(bytes as Uint8Array<ArrayBuffer>, { headers: { 'content-type': type } })
    pairs = [...(await response.formData()).entries()]
  } catch {
    return malformed('The body is not valid multipart/form-data.')
  }
  if (!pairs.every(isText)) return malformed('Files are not taken here: send text fields only.')
  return { fields: collect(pairs) }
}

const isText = (pair: [string, unknown]): pair is [string, string] => typeof pair[1] === 'string'

/** Like PHP's form parser: the last of equal names wins, `name[]` and `name[0]` make a list. */
function collect(pairs: Iterable<[string, string]>): Fields {
  const fields: Fields = Object.create(null)
  for (const [name, value] of pairs) {
    const list = /^(.+)\[\d*\]$/.exec(name)?.[1]
    if (!list) fields[name] = value
    else if (Array.isArray(fields[list])) fields[list].push(value)
    else fields[list] = [value]
  }
  return fields
}
