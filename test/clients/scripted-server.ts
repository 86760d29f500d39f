import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** The time at which each case begins, in Unix seconds; "at" in a case is counted from it. */
export const start = 1_893_456_000
export const product = '01234567-89ab-4cde-8f01-23456789abcd'

/** Seconds, or a text such as "8d", "-2h" or "10m". */
export type Span = number | string
const unitSeconds: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 }
export function secondsIn(span: Span): number {
  if (typeof span === 'number') return span
  const [, count, unit] = /^(-?\d+)([smhd])$/.exec(span) ?? []
  if (!unit) throw new Error(`not a span of time: ${span}`)
  return Number(count) * unitSeconds[unit]!
}

const isoOf = (seconds: number) => new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex')
const derOf = (key: KeyObject) => key.export({ type: 'spki', format: 'der' })

const keyPairs = {
  rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ec: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  nextRsa: generateKeyPairSync('rsa', { modulusLength: 3072 }),
  nextEc: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  stranger: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  strangerEc: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
}
export type KeyName = keyof typeof keyPairs

/** The keys that a printed file has, as DER in base64. */
export const printedKeys = (['rsa', 'ec'] as const).map((name) => derOf(keyPairs[name].publicKey).toString('base64'))

const idOf = (name: KeyName) => sha256(derOf(keyPairs[name].publicKey)).slice(0, 16)

/** RSA PKCS#1 v1.5, or P-256 as r‖s; both with SHA-256, in base64. */
const signText = (text: string, name: KeyName) =>
  sign('sha256', Buffer.from(text), { key: keyPairs[name].privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64')

const certificate = (by: KeyName, of: KeyName) => {
  const first = `latchkey ${of.endsWith('c') ? 'companion' : 'key'} certificate`
  return signText([first, idOf(by), idOf(of), sha256(derOf(keyPairs[of].publicKey))].join('\n'), by)
}

/** The list of public keys after a rotation, with the state of the first pair, and whose certificate the next has. */
function listedKeys({ retired = false, broken = false }: { retired?: boolean; broken?: boolean }) {
  const row = (name: KeyName, state: string, by: KeyName | null, certifiedReally = by) => ({
    key_id: idOf(name),
    product_id: null,
    public_key: keyPairs[name].publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    algorithm: name.endsWith('c') ? 'ES256' : 'RS256',
    state,
    certified_by: by && idOf(by),
    certificate: certifiedReally && certificate(certifiedReally, name),
  })
  const before = retired ? 'retired' : 'outgoing'
  return [
    row('nextEc', 'current', 'nextRsa'),
    row('nextRsa', 'current', 'rsa', broken ? 'stranger' : 'rsa'),
    row('rsa', before, null),
    row('ec', before, 'rsa'),
  ]
}

/** An answer as a case describes it; what it does not say is genuine. */
export interface AnswerScript {
  code?: number | string
  /** Fields of the signed response; null takes one away. */
  set?: Record<string, unknown>
  /** Who signs; by default P-256 where the request asks for it. */
  key?: KeyName
  /** What is changed after signing. */
  tamper?: 'signed' | 'signature' | 'response' | 'stripped' | 'unset' | 'empty' | 'number' | 'der'
  /** How far the server's clock is from the device's. */
  clock?: Span
  /** The nonce of the request before. */
  isReplay?: boolean
  keys?: { retired?: boolean; broken?: boolean }
  file?: FileScript
  status?: number
  headers?: Record<string, string>
  /** A body instead of an answer. */
  raw?: string
  repeat?: number
  delayMs?: number
  /** The body comes in pieces, with this pause after each. */
  dripMs?: number
  /** The connection breaks in the middle of the body. */
  isHalf?: boolean
}

export interface FileScript {
  issued?: Span
  lapses?: Span
  ends?: Span | null
  graceDays?: number
  device?: string
  licenseKey?: string
  product?: string | null
  key?: KeyName
  tamper?: 'content' | 'signature' | 'stripped'
  features?: Record<string, unknown>
}

interface FileRequest {
  licenseKey: string
  device: string
  graceDays: number
  now: number
}

/** An offline file as the server writes it: compact JSON with sorted keys, signed without its signature. */
export function offlineFile(asked: FileRequest, script: FileScript = {}) {
  const issued = asked.now + secondsIn(script.issued ?? 0)
  const ends = script.ends === undefined || script.ends === null ? null : isoOf(start + secondsIn(script.ends))
  const named = script.product === null ? {} : { product_id: 7, product_uuid: script.product ?? product }
  const content = {
    environment: 'production',
    grace_period_days: script.graceDays ?? asked.graceDays,
    issued_at: isoOf(issued),
    last_verified_at: isoOf(issued),
    license: {
      activations_count: 1,
      activations_limit: 2,
      domain: null,
      ends_at: ends,
      expires_at: isoOf(issued + secondsIn(script.lapses ?? '1d')),
      features: script.features ?? { export: true, seats: 5, signature: 'x', tier: 'prö "1"/2' },
      hardware_id: script.device ?? asked.device,
      key: script.licenseKey ?? asked.licenseKey,
      status: 'active',
    },
    ...named,
    version: '1.0',
  }
  const signature = signText(JSON.stringify(content), script.key ?? 'rsa')
  const { version, ...rest } = content
  const text = JSON.stringify({ ...rest, signature, version })
  if (script.tamper === 'content') return text.replace('"seats":5', '"seats":6')
  if (script.tamper === 'signature') return text.replace('"signature":"', '"signature":"AAAA')
  return script.tamper === 'stripped' ? JSON.stringify(content) : text
}

/** What a request asked, and how it is answered. */
interface Asked {
  endpoint: string
  fields: URLSearchParams
  now: number
  nonceBefore: string
}

const usualCodes: Record<string, number | string> = {
  verify: 200,
  activate: 300,
  deactivate: '400',
  'access-downloadables': 600,
  'send-telemetry-data': 830,
  keys: 632,
}
const release = (version: string) => ({
  ...{ id: 1, product_id: 7, numeric_version: Number(version.replaceAll('.', '')), version, published: 1 },
  ...{ update_summary: 'Faster', changelog: 'Many things', release_date: '2030-01-01 12:00:00', download_counter: 3 },
  url: `https://licences.example.com/api/v1/download/t/k/i/${version}`,
})

function payloadOf({ endpoint }: Asked, code: number | string, { keys = {} }: AnswerScript) {
  if (code === 600) return { downloadables: [release('1.0.3'), release('1.0.2')] }
  return endpoint === 'keys' && code === 632 ? { keys: listedKeys(keys) } : {}
}

/** The text of an envelope, as scripted. */
function envelope(asked: Asked, script: AnswerScript) {
  const { fields, now, endpoint } = asked
  const code = script.code ?? usualCodes[endpoint] ?? 9404
  const isAboutLicense = Number(code) >= 200 && Number(code) < 9000
  const [key, device] = [fields.get('license_key'), fields.get('identifier')]
  const nonce = script.isReplay ? asked.nonceBefore : fields.get('nonce')
  const response: Record<string, unknown> = {
    ...{ code, message: 'As scripted', ...payloadOf(asked, code, script) },
    ...(isAboutLicense && {
      ...(key !== null && { license_key_sha256: sha256(key) }),
      ...(device !== null && endpoint !== 'send-telemetry-data' && { identifier_sha256: sha256(device) }),
      ...(endpoint !== 'keys' && { nonce }),
      ...(code !== 210 && endpoint !== 'keys' && { product_id: 7, product_uuid: product }),
    }),
    timestamp: now + secondsIn(script.clock ?? 0),
    ...script.set,
  }
  for (const name of Object.keys(response)) if (response[name] === null) delete response[name]
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value).replaceAll('/', '\\/')).toString('base64')
  const signed = encode(response)
  const usual: KeyName = fields.get('signature_algorithm') === 'ES256' ? 'ec' : 'rsa'
  const signature = signText(signed, script.key ?? usual)
  const whole = { response, response_base64: signed, private_key_used: 'global', signature }
  const altered: Record<NonNullable<AnswerScript['tamper']>, () => object> = {
    signed: () => ({ ...whole, response_base64: encode({ ...response, message: 'Altered' }) }),
    signature: () => ({ ...whole, signature: `${signature[0] === 'A' ? 'B' : 'A'}${signature.slice(1)}` }),
    response: () => ({ ...whole, response: { ...response, code: 200 } }),
    stripped: () => ({ response, response_base64: signed, private_key_used: 'global' }),
    unset: () => ({ ...whole, signature: 'Private key not set' }),
    empty: () => ({ ...whole, signature: '' }),
    number: () => ({ ...whole, signature: 5, response_base64: [signed] }),
    der: () => ({
      ...whole,
      signature: sign('sha256', Buffer.from(signed), keyPairs.ec.privateKey).toString('base64'),
    }),
  }
  return JSON.stringify(script.tamper ? altered[script.tamper]() : whole)
}

/** Writes a text in twenty pieces, as long as somebody waits for them. */
async function drip(reply: ServerResponse, answer: string, pauseMs: number) {
  const size = Math.ceil(answer.length / 20)
  for (let at = 0; at < answer.length && !reply.destroyed; at += size) {
    reply.write(answer.slice(at, at + size))
    await Bun.sleep(pauseMs)
  }
}

/** One step of a case, as the server sees it. */
export interface ServerStep {
  now: number
  /** Answers by endpoint; the last one of a list goes on. `file` is the endpoint of offline files. */
  answers: Record<string, AnswerScript | AnswerScript[]>
}

/** A licence server that answers as the current step of a case says, under a path for each case. */
export async function startScriptedServer() {
  const steps = new Map<string, ServerStep>()
  const asked = new Map<string, { endpoint: string; fields: Record<string, string> }[]>()
  const nonces: string[] = []
  /** What no client may do. */
  const faults: string[] = []

  function note(endpoint: string, fields: URLSearchParams, request: IncomingMessage) {
    const nonce = fields.get('nonce') ?? ''
    if (endpoint !== 'keys' && (nonce.length < 16 || nonces.includes(nonce)))
      faults.push(`${endpoint}: the nonce "${nonce}" is not fresh`)
    if (fields.get('product_id') !== product) faults.push(`${endpoint}: product ${fields.get('product_id')}`)
    if (fields.get('signature_algorithm') !== 'ES256') faults.push(`${endpoint}: does not ask for ES256`)
    const isKeyed = request.headers.authorization === 'Bearer lk_test'
    if (isKeyed === (endpoint === 'keys')) faults.push(`${endpoint}: ${request.headers.authorization}`)
    const nonceBefore = nonces.at(-1) ?? 'none-before-this'
    if (nonce) nonces.push(nonce)
    return nonceBefore
  }

  const server = createServer(async (request, reply) => {
    const url = new URL(request.url!, 'http://127.0.0.1')
    const body = await text(request)
    const [, name = '', path = ''] = /^\/([^/]+)\/api\/v1\/(.*)$/.exec(url.pathname) ?? []
    const step = steps.get(name)
    if (!step) return void reply.writeHead(404).end('Where am I?')
    const endpoint = path.endsWith('/offline-file') ? 'file' : path
    const fields = new URLSearchParams(request.method === 'GET' ? url.search : body)
    if (endpoint === 'file') fields.set('license_key', decodeURIComponent(path.split('/')[1] ?? ''))
    const nonceBefore = note(endpoint, fields, request)
    const before = asked.get(name) ?? []
    asked.set(name, [...before, { endpoint, fields: Object.fromEntries(fields) }])
    const scripts = [step.answers[endpoint] ?? {}].flat()
    const count = before.filter((each) => each.endpoint === endpoint).length
    const script = scripts[Math.min(count, scripts.length - 1)]!
    if (script.delayMs) await Bun.sleep(script.delayMs)
    const file = () => {
      const [licenseKey, device] = [fields.get('license_key') ?? '', fields.get('identifier') ?? '']
      const graceDays = Number(fields.get('grace_period_days'))
      return offlineFile({ licenseKey, device, graceDays, now: step.now }, script.file)
    }
    const made = () =>
      endpoint === 'file' && script.code === undefined
        ? file()
        : envelope({ endpoint, fields, now: step.now, nonceBefore }, script)
    const answer = script.raw?.repeat(script.repeat ?? 1) ?? made()
    reply.writeHead(script.status ?? 200, { 'content-length': Buffer.byteLength(answer), ...script.headers })
    if (script.dripMs) await drip(reply, answer, script.dripMs)
    if (!script.isHalf) return void reply.end(script.dripMs ? '' : answer)
    reply.write(answer.slice(0, answer.length / 2), () => reply.destroy())
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo

  return {
    faults,
    urlOf: (name: string) => `http://127.0.0.1:${port}/${name}`,
    play(name: string, step: ServerStep) {
      steps.set(name, step)
      asked.set(name, [])
    },
    askedIn: (name: string) => asked.get(name) ?? [],
    stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}
