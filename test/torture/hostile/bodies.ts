import fc from 'fast-check'
import { internals } from '../client'
import type { Run } from '../kind'
import type { Stage } from '../stage'
import { requireProperty } from './property'

const runsPerRound = 30
const patienceMs = 60_000

interface Endpoint {
  method: string
  path: string
  fields: string[]
}

/** Every endpoint with the names of its fields, as the program describes itself. */
async function endpointsOf(stage: Stage): Promise<Endpoint[]> {
  const { out } = await stage.cli('openapi')
  const { paths } = JSON.parse(out) as { paths: Record<string, Record<string, object>> }
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      fields: fieldsIn(operation),
    })),
  )
}

/** Every name that stands under `properties` or is a parameter's, wherever. */
function fieldsIn(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return []
  const { properties = {}, name } = node as { properties?: object; name?: unknown }
  return [
    ...Object.keys(properties),
    ...(typeof name === 'string' ? [name] : []),
    ...Object.values(node).flatMap(fieldsIn),
  ]
}

/** Texts that mean something to somebody. */
export const awkward = [
  ...[
    '',
    ' ',
    '0',
    '-1',
    '1e999',
    'NaN',
    'null',
    'true',
    '[]',
    '{}',
    "' or 1=1 --",
    '%',
    '_',
    '\0',
    '\u2028',
    '\ud800',
  ],
  ...['../../etc/passwd', '{A:999}', '::1/0', '9999-12-31T23:59:59.999999+99:99', 'x'.repeat(70_000), '🔑'.repeat(300)],
]
const value = fc.oneof(
  fc.constantFrom(...awkward),
  fc.jsonValue(),
  fc.double(),
  fc.bigInt().map(String),
  fc.string({ unit: 'binary' }),
)
const types = [
  'application/json',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'text/plain',
  '',
]

/** A body in some form, that means the fields or nothing at all. */
function bodyOf(fields: string[]) {
  const named = fc.dictionary(fields.length ? fc.constantFrom(...fields) : fc.string(), value, { maxKeys: 8 })
  const form = named.map((record) =>
    new URLSearchParams(Object.entries(record).map(([k, v]): [string, string] => [k, String(v)])).toString(),
  )
  const parts = named.map(
    (record) =>
      `${Object.entries(record)
        .map(([k, v]) => `--x\r\ncontent-disposition: form-data; name="${k}"\r\n\r\n${v}\r\n`)
        .join('')}--x--\r\n`,
  )
  return fc.oneof(
    named.map((record) => JSON.stringify(record)),
    form,
    parts,
    fc.json(),
    fc.string({ unit: 'binary' }),
    fc.uint8Array({ maxLength: 300 }),
  )
}

/** Sends bodies of every form to every endpoint: each is answered, none with a failure, and nothing is told. */
export async function fuzzBodies(stage: Stage, run: Run) {
  const { report } = run
  const endpoints = await endpointsOf(stage)
  const sent = fc
    .constantFrom(...endpoints)
    .chain((endpoint) =>
      fc.record({ endpoint: fc.constant(endpoint), body: bodyOf(endpoint.fields), type: fc.constantFrom(...types) }),
    )
  const property = fc.asyncProperty(sent, async ({ endpoint: { method, path }, body, type }) => {
    report.count('inputs tried')
    const hasBody = method !== 'GET'
    const query = hasBody ? '' : `?${encodeURI(String(body).toWellFormed()).slice(0, 4000)}`
    const answer = await fetch(stage.url + path.replace(/\{\w+\}/g, 'x') + query, {
      method,
      headers: { authorization: `Bearer ${stage.apiKey}`, ...(type && { 'content-type': type }) },
      keepalive: false,
      redirect: 'manual',
      signal: AbortSignal.timeout(patienceMs),
      ...(hasBody && { body: body as string }),
    })
    const text = await answer.text()
    if (answer.status >= 500 || internals.test(text)) throw new Error(`${answer.status} ${text.slice(0, 500)}`)
  })
  await requireProperty(run, 'hostile bodies: each is answered, and nothing is told', property, {
    perRound: runsPerRound,
  })
  report.say(`hostile: bodies for ${endpoints.length} endpoints`)
}
