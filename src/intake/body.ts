import { type Outcome, say } from '../kernel/outcome'

/** Field names and values as they arrived; values of any JSON type. */
export type Fields = Record<string, unknown>

/** What a request carried, or why it cannot be read. */
export type Intake = { fields: Fields } | { refusal: Outcome }

/** What arrived, wherever it stood; `refusal` says why not all of it can be read. */
export interface Arrived {
  fields: Fields
  refusal?: Outcome
}

/** The largest request body that is read. */
export const mostBodyBytes = 1_048_576
const deepestNesting = 64

const malformed = (detail: string): Intake => ({ refusal: say('malformed_request', { detail }) })
const tooLarge: Intake = { refusal: say('request_too_large', { detail: 'The body may have 1 MiB at most.' }) }
const unsupported: Intake = {
  refusal: say('unsupported_media_type', {
    detail: 'Send application/json, application/x-www-form-urlencoded or multipart/form-data, uncompressed.',
  }),
}
const notUtf8 = malformed('The body is not valid UTF-8.')
const brokenOff = malformed('The body broke off.')
const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Reads a body in any of the forms that v1 clients send (CONTRACT §9). Never throws. */
export async function readBody(request: Request): Promise<Intake> {
  const { headers } = request
  const announced = headers.get('content-length')
  if (Number(announced) > mostBodyBytes) return tooLarge
  const type = headers.get('content-type') ?? ''
  const form = type === 'application/json' ? type : type.split(';', 1)[0]!.trim().toLowerCase()
  // Read as text where it can be: bytes take the runtime twice as long.
  if (form !== 'application/json' || announced === null || headers.has('content-encoding')) {
    return readUnusual(request, form)
  }
  let text: string
  try {
    text = await request.text()
  } catch {
    return brokenOff
  }
  if (text === '') return { fields: {} }
  // What stands in place of bytes that are no UTF-8; it may have been sent as itself.
  if (text.includes('\ufffd') && Buffer.byteLength(text) !== Number(announced)) return notUtf8
  return readJson(text)
}

async function readUnusual(request: Request, form: string): Promise<Intake> {
  const bytes = await readBytes(request).catch(() => 'broken' as const)
  if (bytes === 'broken') return brokenOff
  if (!bytes) return tooLarge
  if (bytes.length === 0) return { fields: {} }
  if (request.headers.has('content-encoding')) return unsupported
  const text = decode(bytes)
  if (text === undefined) return notUtf8
  switch (form) {
    case 'application/json':
      return readJson(text)
    case 'application/x-www-form-urlencoded':
      return readForm(text)
    case 'multipart/form-data':
      return readMultipart(bytes, request.headers.get('content-type')!)
    default:
      return unsupported
  }
}

/** The fields of a URL's query, read as a form. */
export function readQuery(url: string): Intake {
  const start = url.indexOf('?')
  return start === -1 ? { fields: {} } : readForm(url.slice(start + 1))
}

/** Undefined when there are too many. */
async function readBytes(request: Request): Promise<Uint8Array | undefined> {
  const announced = request.headers.get('content-length')
  if (announced !== null) {
    return Number(announced) > mostBodyBytes ? undefined : new Uint8Array(await request.arrayBuffer())
  }
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of request.body ?? []) {
    length += chunk.length
    if (length > mostBodyBytes) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function decode(bytes: Uint8Array) {
  try {
    return utf8.decode(bytes)
  } catch {
    return undefined
  }
}

function readJson(text: string): Intake {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return malformed('The body is not valid JSON.')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return malformed('The JSON body must be an object: {"license_key": "…"}.')
  }
  // A shorter text cannot be.
  if (text.length > 2 * deepestNesting && isTooDeep(value))
    return malformed(`The JSON body is nested more than ${deepestNesting} levels deep.`)
  return { fields: value as Fields }
}

function isTooDeep(value: object) {
  let level: object[] = [value]
  for (let depth = 1; level.length; depth++) {
    if (depth > deepestNesting) return true
    level = level.flatMap((node) => Object.values(node).filter((child) => typeof child === 'object' && child !== null))
  }
  return false
}

function readForm(text: string): Intake {
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

/** As PHP reads a form: of equal names the last wins, `name[]` and `name[0]` gather a list. */
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
