/**
 * Licensing: asks your Latchkey server whether this installation may run, believes signed answers only, and remembers
 * the last good one for the days without a network. No dependencies; Node 18, Bun, Deno, Electron and browsers.
 *
 *     const licensing = new Licensing({ apiKey: 'lk_…' })
 *     const verdict = await licensing.activate(keyFromTheCustomer) // once
 *     const verdict = await licensing.check() // at each start, and daily
 *     if (!verdict.allowed) show(verdict.why, verdict.help)
 *
 * Nothing here throws: every method returns a value. `result` is what the server says, `allowed` is what follows from
 * it: a licence that is good, or was good lately while nobody can tell. Times are Unix seconds. Processes and pages may
 * share a licence: what one of them is given stays, unless another writes within the same milliseconds.
 */

/** Filled in when this file was printed. */
const printed = {
  server: '@server@',
  /** The uuid of the product, and its name for messages. */
  product: '@product@',
  productName: '@product-name@',
  /** An API key with the preset `client`. Anybody can read it here, so never another one. */
  apiKey: '@api-key@',
  /** How many days the program may go on after the last good answer. */
  graceDays: 7,
  /** The public keys that may sign, DER in base64. Later ones are trusted if one of these has certified them. */
  publicKeys: ['@public-keys@'],
}

const daySeconds = 86_400
const clockErrorSeconds = 300
const answerBytesMax = 1_000_000
const goodCodes: unknown[] = [200, 300, 301]

/** What each refusal means, and what helps the customer. All other codes say nothing about the licence. */
const refusals: Record<number, [why: string, help: string]> = {
  201: ['This licence key has not been sold.', 'Ask the shop where you bought it.'],
  202: ['The licence is not active on this device.', 'Activate it again.'],
  203: [`${printed.productName} is not available at present.`, 'Contact the vendor.'],
  204: ['This licence is blocked.', 'Contact the vendor.'],
  205: ['This licence has ended.', 'Renew it.'],
  210: [`There is no such licence key for ${printed.productName}.`, 'Check the key for typing errors.'],
  215: ['The request named no device.', 'Report this to the vendor: it is a fault of the program.'],
  302: ['All seats of this licence are taken.', 'Deactivate another device, or buy a further seat.'],
  401: ['The licence was not active on this device.', 'There is nothing to do.'],
}

export interface Verdict {
  /** What the server said of the licence; "cannot tell" if it said nothing that can be believed. */
  result: 'good' | 'refused' | 'cannot tell'
  /** Whether the program may run. */
  allowed: boolean
  /** A sentence for the customer, and what they can do. */
  why: string
  help: string
  /** The code of the answer, if there was a genuine one. */
  code?: number
  /** Until when the program may run if the server stays silent. */
  until?: number
  /** The server asked to wait this many seconds. */
  retryAfter?: number
}

export interface Release {
  version: string
  numericVersion: number
  summary: string
  changelog: string
  date: string
  /** Where to download it; good for some minutes. */
  url: string
}

/** Keeps one text. */
export interface Store {
  read(): Promise<string | undefined>
  /** Rejects if the text was not kept. */
  write(text: string): Promise<void>
}

export interface Options {
  apiKey?: string
  server?: string
  graceDays?: number
  /** Where to keep the licence: a folder of your program, or a store of your own; in browsers `localStorage`. */
  store?: string | Store
  /** The name of this device; otherwise the variable LICENSE_DEVICE, otherwise a random one, made once and kept. */
  device?: string
  /** Take the machine's id, hashed with the product, instead of a random name. */
  bindToMachine?: boolean
  /** For tests: the time, the machine's id, how long a request may take and how long pauses are. */
  now?: () => number
  machineId?: string
  deadlineMs?: number
  pauseMs?: number
}

/** What is kept between two starts. */
interface Memory {
  device?: string
  /** A hash of the machine on which this was written. */
  machine?: string
  key?: string
  /** The last good answer and the last offline file, as they were signed. */
  answer?: string
  file?: string
  /** The public keys that the server listed. */
  keys?: ListedKey[]
  /** The latest moment that was seen. */
  latest?: number
  /** When to ask next; when to ask again after failures; until when the server wants to be left alone. */
  due?: number
  pausedUntil?: number
  busyUntil?: number
  failures?: number
}

interface ListedKey {
  key_id: string
  public_key: string
  state: string
  certified_by: string | null
  certificate: string | null
}

/** JSON of whatever shape. */
// biome-ignore lint/suspicious/noExplicitAny: nothing is known of it yet
type Json = Record<string, any>

/** A signed answer: what it says, and the text it came in. */
interface Answer {
  said: Json
  text: string
}

/** Why there is no answer that can be believed. */
class CannotTell {
  why: string
  help: string
  more: { code?: number; retryAfter?: number }

  constructor(why: string, help = 'Check the internet connection; the program asks again later.', more = {}) {
    this.why = why
    this.help = help
    this.more = more
  }
}

/** The end of what was begun last, in any object: they may share what is kept. */
let turn: Promise<unknown> = Promise.resolve()

export class Licensing {
  /** What is kept, as text and as data. */
  private saved: string | undefined
  private memory: Memory = {}
  private trusted: Uint8Array[] = []
  private options: Options
  private store: Store

  constructor(options: Options = {}) {
    this.options = options
    const { store } = options
    this.store = typeof store === 'object' ? store : store === undefined ? usualStore() : folderStore(store)
  }

  /** Takes a seat for this device. Call it when the customer enters a key. */
  activate(licenseKey: string): Promise<Verdict> {
    return this.judged(async () => {
      const key = tidy(licenseKey)
      if (key !== this.memory.key) this.forget(key)
      // Kept before the request: a device that is not known again would take a seat at each start.
      if (!(await this.save()) && !this.namedDevice()) {
        throw new CannotTell('This device cannot keep its licence.', 'Make the data folder of the program writable.')
      }
      return this.decide('activate')
    })
  }

  /** Says whether the program may run. Asks the server once a day, or at once with `isDue`. */
  check({ isDue = false } = {}): Promise<Verdict> {
    return this.judged(async () => {
      const now = this.now()
      const { key, due = 0, pausedUntil = 0, busyUntil = 0 } = this.memory
      if (!key) return nothingEntered
      const until = await this.until()
      if (!isDue && until >= now && now < due && due <= now + daySeconds) return this.good(until)
      const pauseEnd = Math.max(pausedUntil, busyUntil)
      if (!isDue && now < pauseEnd && pauseEnd <= now + 2 * 3600) {
        throw new CannotTell('The licence server did not answer lately.')
      }
      return this.decide('verify')
    })
  }

  /** Frees the seat of this device, and forgets the licence. */
  deactivate(): Promise<Verdict> {
    return this.judged(async () => {
      if (!this.memory.key) return nothingEntered
      const { said } = await this.ask('deactivate')
      const code = Number(said.code)
      if (code !== 400 && code !== 401) return this.judge(code, said)
      this.forget()
      return code === 401
        ? refused(code)
        : { result: 'good', allowed: false, code, why: 'The licence was deactivated on this device.', help: '' }
    })
  }

  /** The value of a feature of the licence; null without it, or while the program may not run. */
  feature(name: string): Promise<boolean | number | string | null> {
    return this.inTurn(async () => {
      if ((await this.until()) < this.now()) return null
      const file = await this.openFile(this.memory.file).catch(() => undefined)
      const features = file?.license.features ?? {}
      return !Array.isArray(features) && Object.hasOwn(features, name) ? features[name] : null
    }, null)
  }

  /** The newest published release; null if there is none, or nobody can tell. */
  update(): Promise<Release | null> {
    return this.inTurn(async () => {
      const { said } = await this.ask('access-downloadables')
      const [newest] = said.code === 600 ? said.downloadables : []
      if (!newest) return null
      const { version, numeric_version: numericVersion, update_summary: summary, release_date: date } = newest
      return { version, numericVersion, summary, date, changelog: newest.changelog, url: newest.url }
    }, null)
  }

  /** Reports a number or a text to the vendor; whether it arrived. */
  report(group: string, value: number | string, version: string, user = ''): Promise<boolean> {
    return this.inTurn(async () => {
      const isNumber = typeof value === 'number'
      const device = this.device()
      const { said } = await this.ask('send-telemetry-data', {
        ...{ user_identifier: user || device, activation_identifier: device },
        ...{ product_version: version, data_group: group },
        data_type: isNumber ? 'numeric-single-value' : 'text',
        [isNumber ? 'numeric_data_single_value' : 'text_data']: String(value),
      })
      return said.code === 830 || said.code === 831
    }, false)
  }

  /** Fetches a file that holds for a day and this many days more, keeps it, and returns its text; null without one. */
  offlineFile(graceDays = 30): Promise<string | null> {
    return this.inTurn(() => this.fetchFile(graceDays), null)
  }

  /** Takes a file that was fetched elsewhere for this device, which may never be online. */
  useOfflineFile(text: string): Promise<Verdict> {
    return this.judged(async () => {
      const file = await this.openFile(text.trim())
      const now = this.now()
      if (file.endsAt < now) return refused(205)
      if (this.isSetBack() || file.lapsesAt < now) throw new CannotTell('This file has lapsed.', 'Ask for a new one.')
      this.memory = { ...this.memory, key: this.memory.key ?? file.license.key, file: text.trim() }
      return this.good(file.lapsesAt)
    })
  }

  /** The name of this device, as the server knows it. Show it to customers whose machine is never online. */
  deviceName(): Promise<string> {
    return this.inTurn(async () => this.device(), '')
  }

  // Asking and judging

  /** Work whose troubles are a verdict as well. */
  private judged(work: () => Promise<Verdict>): Promise<Verdict> {
    return this.inTurn(() => work().catch((trouble) => this.cannotTell(trouble)), cannotCheck)
  }

  /**
   * Does work on what is kept when what was begun before has ended, and keeps what has changed: others wait for a check,
   * and find its answer.
   */
  private inTurn<T>(work: () => Promise<T>, otherwise: T): Promise<T> {
    const result = turn
      .then(() => this.load())
      .then(work)
      .catch(() => otherwise)
    turn = result.then(() => this.save())
    return turn.then(() => result)
  }

  private async decide(endpoint: 'verify' | 'activate'): Promise<Verdict> {
    // Until an answer says otherwise: a pause that grows, at random, so that copies do not come back together.
    const { failures = 0 } = this.memory
    const pausedUntil = Math.ceil(this.now() + Math.min(3600, 60 * 2 ** failures) * (1 + Math.random() / 4))
    this.memory = { ...this.memory, failures: failures + 1, pausedUntil }
    const { said, text } = await this.ask(endpoint)
    if (!goodCodes.includes(said.code)) return this.judge(said.code, said)
    const now = this.now()
    // Copies that started together come back apart.
    const due = now + daySeconds - Math.floor(Math.random() * 4 * 3600)
    this.memory = { ...this.memory, answer: text, latest: now, due, pausedUntil: 0, busyUntil: 0, failures: 0 }
    await this.renewFile()
    const isKept = await this.save()
    const note = isKept ? '' : 'It could not be kept: make the data folder of the program writable.'
    return { ...this.good(await this.until()), code: Number(said.code), help: note }
  }

  /** What a genuine answer means that is not good. */
  private judge(code: unknown, said: Json): Verdict {
    if (typeof code !== 'number' || !refusals[code]) {
      throw new CannotTell(`The licence server says: ${said.message}.`, undefined, { code: Number(code) })
    }
    // Or a customer who was refused could go on by pulling the plug.
    const { answer: _, file: __, ...rest } = this.memory
    this.memory = { ...rest, due: 0, pausedUntil: 0, failures: 0 }
    return refused(code)
  }

  private good(until: number): Verdict {
    const end = Number.isFinite(until) && { until }
    return { result: 'good', allowed: true, why: 'The licence is good.', help: '', ...end }
  }

  private async cannotTell(trouble: unknown): Promise<Verdict> {
    const known = trouble instanceof CannotTell ? trouble : new CannotTell('The licence server cannot be reached.')
    const now = this.now()
    const until = await this.until()
    const { retryAfter } = known.more
    if (retryAfter) this.memory.busyUntil = now + retryAfter
    if (!this.isSetBack()) this.memory.latest = Math.max(now, this.memory.latest ?? 0)
    const { why, help, more } = known
    return { result: 'cannot tell', allowed: until >= now, why, help, ...(until > 0 && { until }), ...more }
  }

  /** Until when the kept proofs let the program run; 0 for not at all. */
  private async until(): Promise<number> {
    if (this.isSetBack()) return 0
    const file = await this.openFile(this.memory.file).catch(() => undefined)
    const answer = await this.openKept().catch(() => undefined)
    const graceEnd = answer ? Number(answer.said.timestamp) + this.graceDays() * daySeconds : 0
    return Math.min(file?.endsAt ?? Infinity, Math.max(graceEnd, file?.lapsesAt ?? 0))
  }

  private isSetBack() {
    return this.now() < (this.memory.latest ?? 0) - clockErrorSeconds
  }

  // Messages

  /** Asks the server. Throws unless the answer is genuine, fresh, and about this key, device and product. */
  private async ask(endpoint: string, more: Record<string, string> = {}): Promise<Answer> {
    const { key = '', busyUntil = 0 } = this.memory
    const [device, now] = [this.device(), this.now()]
    if (now < busyUntil && busyUntil <= now + 3600) {
      throw new CannotTell('The licence server is busy.', 'Try again later.', { retryAfter: busyUntil - now })
    }
    const { text, nonce } = await this.send(endpoint, { license_key: key, identifier: device, ...more })
    const said = (await this.open(text)) ?? ((await this.followKeys()) ? await this.open(text) : undefined)
    if (!said) throw new CannotTell('The answer was not signed by the licence server.')
    if (Math.abs(Number(said.timestamp) - now) > clockErrorSeconds) {
      throw new CannotTell('The clock of this device is wrong.', 'Set date and time, then try again.')
    }
    if (!isAboutLicence(said.code)) return { said, text }
    if (said.nonce !== nonce || !(await this.isMine(said))) throw new CannotTell('The answer is to another request.')
    return { said, text }
  }

  /** Whether an answer is about this licence key, device and product. */
  private async isMine(said: Json) {
    const isReport = said.code === 830 || said.code === 831
    return (
      said.license_key_sha256 === (await sha256(this.memory.key ?? '')) &&
      // A report goes without device and product, and 210 without a product: there is no such key, or none of it.
      (isReport || said.identifier_sha256 === (await sha256(this.device()))) &&
      (isReport || said.code === 210 || said.product_uuid === printed.product)
    )
  }

  /** Posts a form, three times at most. Returns the body of the answer, and the nonce of its request. */
  private async send(endpoint: string, fields: Record<string, string>) {
    const { apiKey = printed.apiKey, deadlineMs = 10_000, pauseMs = 500 } = this.options
    const signal = AbortSignal.timeout(deadlineMs)
    for (let attempt = 1; ; attempt++) {
      const nonce = randomHex()
      try {
        const answer = await fetch(this.address(endpoint), {
          method: 'POST',
          headers: { authorization: `Bearer ${apiKey}` },
          body: new URLSearchParams({ ...fields, nonce, product_id: printed.product, signature_algorithm: 'ES256' }),
          // A redirection leads to a stranger's page.
          redirect: 'manual',
          signal,
        })
        const text = await answer.text()
        if (text.length > answerBytesMax) throw new CannotTell('The answer is too long.')
        const wait = Number(answer.headers.get('retry-after'))
        if (wait > 0) {
          const retryAfter = Math.min(Math.ceil(wait), 3600)
          throw new CannotTell('The licence server is busy.', 'Try again later.', { retryAfter })
        }
        if (answer.status < 500 || attempt === 3) return { text, nonce }
      } catch (trouble) {
        if (trouble instanceof CannotTell || attempt === 3 || signal.aborted) throw trouble
      }
      await new Promise((resume) => setTimeout(resume, pauseMs * attempt * (0.5 + Math.random())))
    }
  }

  private address(path: string) {
    return `${(this.options.server ?? printed.server).replace(/\/+$/, '')}/api/v1/${path}`
  }

  /** What was signed; undefined unless a trusted key has signed it. */
  private async open(text: string, keys = this.trusted): Promise<Json | undefined> {
    const { response_base64: signed, signature } = parse(text)
    if (typeof signed !== 'string' || typeof signature !== 'string') {
      throw new CannotTell('Something else than the licence server has answered.')
    }
    if (!(await isSigned(signed, signature, keys))) return undefined
    // Only what was signed counts: anybody on the way can change the "response" beside it.
    const said = parse(new TextDecoder().decode(bytesOf(signed)))
    return Number.isSafeInteger(said.timestamp) && 'code' in said ? said : undefined
  }

  /** The kept answer, if it is still worth something. */
  private async openKept(): Promise<Answer | undefined> {
    const { answer: text } = this.memory
    const said = text === undefined ? undefined : await this.open(text)
    if (!text || !said || !goodCodes.includes(said.code) || !(await this.isMine(said))) return undefined
    return Number(said.timestamp) > this.now() + clockErrorSeconds ? undefined : { said, text }
  }

  // Offline files

  private async fetchFile(graceDays: number): Promise<string> {
    const { key = '' } = this.memory
    const device = this.device()
    const path = `licenses/${encodeURIComponent(key)}/offline-file`
    const days = { grace_period_days: String(graceDays) }
    const { text } = await this.send(path, { identifier: device, hardware_id: device, ...days })
    const file = await this.openFile(text)
    if (file.lapsesAt < this.now()) throw new CannotTell('This file has lapsed.')
    this.memory.file = text
    return text
  }

  /** Fetches a file as good as the kept one: it has the licence's features and its end. Without one, the old one stays. */
  private async renewFile() {
    const kept = await this.openFile(this.memory.file).catch(() => undefined)
    const daysLeft = kept ? Math.floor((kept.lapsesAt - this.now()) / daySeconds) : 0
    await this.fetchFile(Math.max(0, this.graceDays() - 1, daysLeft - 1)).catch(() => undefined)
  }

  /** Reads an offline file. Throws unless it is genuine and for this device, licence and product. */
  private async openFile(text = '') {
    // The signature is over the file as it stands, without itself.
    const start = text.lastIndexOf(',"signature":"')
    const end = text.indexOf('"', start + 14) + 1
    const { signature, license, grace_period_days, issued_at, product_uuid } = parse(text)
    const signed = text.slice(0, start) + text.slice(end)
    const isWhole = start > 0 && text.slice(start + 14, end - 1) === signature
    if (!isWhole || !(await isSigned(signed, signature, this.trusted))) {
      throw new CannotTell('This file was not signed by the licence server.', 'Ask for a new one.')
    }
    const { key } = this.memory
    const { hardware_id, domain, ends_at, expires_at } = license ?? {}
    if (![hardware_id, domain].includes(this.device()) || (key && plain(key) !== plain(license.key))) {
      throw new CannotTell('This file is for another device or licence.', 'Ask for one for this device.')
    }
    // A file that names no product needs a good answer beside it, which does.
    if (product_uuid ? product_uuid !== printed.product : !(await this.openKept())) {
      throw new CannotTell(`This file is not for ${printed.productName}.`, 'Ask for a new one.')
    }
    if (secondsOf(issued_at) > this.now() + clockErrorSeconds) {
      throw new CannotTell('The clock of this device is wrong.', 'Set date and time, then try again.')
    }
    const endsAt = ends_at ? secondsOf(ends_at) : Infinity
    const lapsesAt = Math.min(secondsOf(expires_at) + Number(grace_period_days) * daySeconds, endsAt)
    return { license, endsAt, lapsesAt }
  }

  // Keys

  /** Follows certificates to the keys that the server lists. Whether anything was learnt. */
  private async followKeys(): Promise<boolean> {
    const query = new URLSearchParams({ product_id: printed.product, signature_algorithm: 'ES256' })
    const signal = AbortSignal.timeout(this.options.deadlineMs ?? 10_000)
    const answer = await fetch(`${this.address('keys')}?${query}`, { redirect: 'manual', signal })
    const text = await answer.text()
    const { keys: listed } = parse(new TextDecoder().decode(bytesOf(parse(text).response_base64)))
    const reached = await reach(listed ?? [])
    const said = await this.open(text, reached)
    // Everybody gets the same list, so only its time shows that it is not an old one.
    if (!said || Math.abs(Number(said.timestamp) - this.now()) > clockErrorSeconds) return false
    this.memory.keys = listed ?? []
    this.trusted = reached
    return true
  }

  // Memory

  private async load() {
    this.saved = await this.store.read().catch(() => undefined)
    this.memory = remembered(parse(this.saved))
    const machine = await this.machineMark()
    const isForeign = machine && this.memory.machine && machine !== this.memory.machine
    // Copied from another machine: its seat stays there.
    if (isForeign) this.memory = this.memory.key ? { key: this.memory.key } : {}
    const bound = this.options.bindToMachine ? machine : undefined
    this.memory.device = bound ?? this.memory.device ?? randomHex()
    if (machine) this.memory.machine = machine
    this.trusted = await reach(this.memory.keys ?? [])
  }

  /** Whether the store keeps what is known. */
  private async save(): Promise<boolean> {
    try {
      const kept = await this.store.read().catch(() => undefined)
      if (kept !== this.saved && !this.merge(kept)) return true
      const text = JSON.stringify(this.memory)
      if (text === this.saved) return true
      await this.store.write(text)
      this.saved = text
      return true
    } catch {
      return false
    }
  }

  /**
   * Takes over what another process, or page, has kept since, but for what was changed here. False if it has entered
   * another key, or left this one: then its memory stays as it is.
   */
  private merge(kept: string | undefined): boolean {
    const [was, is, now] = [remembered(parse(this.saved)), remembered(parse(kept)), this.memory]
    if (is.key !== was.key && (now.key === was.key || !now.key)) return false
    if (is.key === now.key && now.answer === was.answer) Object.assign(now, { answer: is.answer, due: is.due })
    if (is.key === now.key && now.file === was.file) Object.assign(now, { file: is.file })
    if (!was.device && is.device) now.device = is.device
    return true
  }

  /** Forgets the licence; who this device is stays. */
  private forget(key?: string) {
    const { device, machine, keys, latest } = this.memory
    this.memory = JSON.parse(JSON.stringify({ device, machine, keys, latest, key }))
  }

  private now() {
    return Math.floor(this.options.now?.() ?? Date.now() / 1000)
  }

  private graceDays() {
    return this.options.graceDays ?? printed.graceDays
  }

  private namedDevice(): string | undefined {
    return this.options.device || host.process?.env?.LICENSE_DEVICE
  }

  private device(): string {
    return this.namedDevice() ?? this.memory.device ?? ''
  }

  /** A hash of this machine that nobody can compare with another product's; undefined where there is no id. */
  private async machineMark(): Promise<string | undefined> {
    const id = this.options.machineId ?? (await machineId())
    return id ? sha256(`${printed.product}\n${id}`) : undefined
  }
}

const nothingEntered: Verdict = {
  ...{ result: 'refused', allowed: false },
  ...{ why: 'No licence key has been entered yet.', help: 'Enter the key that you have bought.' },
}

/** Without WebCrypto, for one. */
const cannotCheck: Verdict = {
  ...{ result: 'cannot tell', allowed: false },
  ...{ why: 'This device cannot check a licence.', help: 'Bring its system up to date.' },
}

function refused(code: number): Verdict {
  const [why, help] = refusals[code] as [string, string]
  return { result: 'refused', allowed: false, code, why, help }
}

/** Codes below 200 and above 9000 are about the request or the server. */
const isAboutLicence = (code: unknown) => Number(code) >= 200 && Number(code) < 9000

/** A key as it was meant: without spaces around it or marks that nobody sees, and with plain hyphens. */
const tidy = (key: string) =>
  key
    .replace(/[\u00ad\u200b-\u200f\u2060\ufeff]/g, '')
    .replace(/[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]/g, '-')
    .replace(/\s+/g, ' ')
    .trim()

/** A key without what the server overlooks. */
const plain = (key: string) => key.toUpperCase().replace(/[^\p{L}\p{N}]/gu, '')

/** What was kept, without what is not of its kind: somebody may have edited the file. */
function remembered(kept: Json): Memory {
  const kinds = {
    device: '',
    machine: '',
    key: '',
    answer: '',
    file: '',
    latest: 0,
    due: 0,
    pausedUntil: 0,
    busyUntil: 0,
  }
  const isOfKind = ([name, value]: [string, unknown]) =>
    name === 'keys'
      ? Array.isArray(value) && value.every(Boolean)
      : typeof value === typeof { ...kinds, failures: 0 }[name as 'key']
  return Object.fromEntries(Object.entries(kept).filter(isOfKind))
}

const secondsOf = (time: string) => Date.parse(time) / 1000

function parse(text: unknown): Json {
  try {
    const value = JSON.parse(String(text))
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}

// Keys and signatures

/** The keys that may sign: the printed ones, and those that certificates lead to; without retired ones. */
async function reach(listed: ListedKey[]): Promise<Uint8Array[]> {
  const reached = new Map(printed.publicKeys.map((key) => [key, bytesOf(key)]))
  const baseOf = (key: ListedKey) => String(key.public_key).replace(/-----[^-]+-----|\s/g, '')
  for (let before = -1; before < reached.size; ) {
    before = reached.size
    for (const key of listed.filter((each) => !reached.has(baseOf(each)))) {
      const certifier = listed.find(({ key_id }) => key_id === key.certified_by)
      const signer = certifier && reached.get(baseOf(certifier))
      if (!signer || !certifier) continue
      const digest = await sha256(bytesOf(baseOf(key)))
      // An RSA key certifies its successor, and its companion on P-256, whose description has 91 bytes.
      const kind = bytesOf(baseOf(key)).length === 91 ? 'companion' : 'key'
      const text = [`latchkey ${kind} certificate`, certifier.key_id, key.key_id, digest].join('\n')
      if (await isSigned(text, key.certificate, [signer])) reached.set(baseOf(key), bytesOf(baseOf(key)))
    }
  }
  for (const key of listed) if (key.state === 'retired') reached.delete(baseOf(key))
  return [...reached.values()]
}

const [rsa, ecdsa] = [
  { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
]

/** Whether one of these keys, RSA or P-256, has signed the text. */
async function isSigned(text: string, signature: unknown, keys: Uint8Array[]): Promise<boolean> {
  const { subtle } = await webCrypto()
  for (const key of keys) {
    // The description of a key on P-256 has 91 bytes, of RSA at least 294.
    const algorithm = key.length === 91 ? ecdsa : rsa
    try {
      const imported = await subtle.importKey('spki', key as never, algorithm as never, false, ['verify'])
      const bytes = [bytesOf(signature), new TextEncoder().encode(text)] as [never, never]
      if (await subtle.verify(algorithm as never, imported, ...bytes)) return true
    } catch {
      // No key, or no signature: the next one.
    }
  }
  return false
}

/** The bytes behind base64; none if it is none. */
function bytesOf(base64: unknown): Uint8Array {
  try {
    return Uint8Array.from(atob(String(base64)), (character) => character.charCodeAt(0))
  } catch {
    return new Uint8Array()
  }
}

async function sha256(data: string | Uint8Array): Promise<string> {
  const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data
  return hexOf(new Uint8Array(await (await webCrypto()).subtle.digest('SHA-256', bytes as never)))
}

const hexOf = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')

/** 32 random hexadecimal digits. Node 18 has no global WebCrypto, and `Math.random` can be foreseen. */
function randomHex(): string {
  const crypto = globalThis.crypto ?? nodeCrypto
  return hexOf(crypto.getRandomValues(new Uint8Array(16)))
}

let nodeCrypto: typeof globalThis.crypto
async function webCrypto() {
  nodeCrypto ??= globalThis.crypto ?? (await nodeModule('crypto')).webcrypto
  return globalThis.crypto ?? nodeCrypto
}

// The platform

interface Host {
  process?: { env?: Record<string, string | undefined>; platform?: string }
  localStorage?: { getItem(name: string): string | null; setItem(name: string, text: string): void }
}
const host = globalThis as Host

/** A module of Node, by a name that bundlers for browsers do not follow. */
// biome-ignore lint/suspicious/noExplicitAny: the types of Node may be missing where this file is used
const nodeModule = (name: string): Promise<any> => import(/* @vite-ignore */ /* webpackIgnore: true */ `node:${name}`)

const fileName = `license-${printed.product}.json`

/** A file in a folder. It is replaced in one step, so that a crash leaves the old one. */
function folderStore(folder: string | Promise<string>): Store {
  return {
    async read() {
      const { readFile } = await nodeModule('fs/promises')
      return readFile(`${await folder}/${fileName}`, 'utf8')
    },
    async write(text) {
      const [{ mkdir, open, rename }, to] = [await nodeModule('fs/promises'), `${await folder}/${fileName}`]
      await mkdir(await folder, { recursive: true })
      // Of this process alone: another one may write as well.
      const fresh = `${to}.${(await nodeModule('process')).pid}.new`
      const file = await open(fresh, 'w', 0o600)
      await file
        .writeFile(text)
        .then(() => file.sync())
        .finally(() => file.close())
      await rename(fresh, to)
    },
  }
}

/** `localStorage` in a browser, otherwise the user's folder for the data of programs. */
function usualStore(): Store {
  const { localStorage, process: { env = {}, platform } = {} } = host
  if (!platform && localStorage) {
    return {
      read: async () => localStorage.getItem(fileName) ?? undefined,
      write: async (text) => localStorage.setItem(fileName, text),
    }
  }
  const home = nodeModule('os').then(({ homedir }) => String(homedir()))
  const folder = home.then((path) => {
    if (platform === 'win32') return env.APPDATA ?? path
    return platform === 'darwin' ? `${path}/Library/Application Support` : (env.XDG_DATA_HOME ?? `${path}/.local/share`)
  })
  return folderStore(folder.then((path) => `${path}/licenses`))
}

/** The id that the operating system has given this machine; undefined in browsers and where there is none. */
async function machineId(): Promise<string | undefined> {
  const { platform } = host.process ?? {}
  try {
    if (platform === 'linux')
      return (await (await nodeModule('fs/promises')).readFile('/etc/machine-id', 'utf8')).trim()
    const { execFileSync } = await nodeModule('child_process')
    const run = (...command: [string, string[]]) => String(execFileSync(...command, { timeout: 2000, stdio: 'pipe' }))
    if (platform === 'darwin')
      return /IOPlatformUUID" = "([^"]+)/.exec(run('ioreg', ['-rd1', '-c', 'IOPlatformExpertDevice']))?.[1]
    if (platform !== 'win32') return undefined
    return /MachineGuid\s+REG_SZ\s+(\S+)/.exec(
      run('reg', ['query', 'HKLM\\SOFTWARE\\Microsoft\\Cryptography', '/v', 'MachineGuid']),
    )?.[1]
  } catch {
    return undefined
  }
}
