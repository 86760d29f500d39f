import { type Heard, openClient } from '../client'
import { look } from '../holdings'
import type { Run } from '../kind'
import { makeProduct, require } from '../load/shop'
import type { Report } from '../report'
import type { Launched, Launching, Stage } from '../stage'

const recoveryPatienceMs = 60_000

/** Something that goes wrong around the server. `name` says what, in the words of a report. */
export interface Fault {
  readonly name: string
  /** Why it cannot be tried on this machine; undefined when it can. */
  obstacle?(): string | undefined
  run(run: Run): Promise<void>
}

/** What became of a write: kept, refused as it should be, or nobody knows. */
type Fate = 'kept' | 'refused' | 'lost'

/** Writes, reads, and keeps account of what was acknowledged, while something goes wrong. */
export interface Probe {
  /** Keys whose creation was acknowledged, in that order. */
  readonly acknowledged: string[]
  write(): Promise<Fate>
  /** Many writes at once; how many had which fate. */
  writeMany(count: number): Promise<Record<Fate, number>>
  /** Whether a device that is seated is told so. */
  read(): Promise<boolean>
  /** A finding unless every one of many writes is refused, or lost. */
  requireRefusal(): Promise<void>
  /** A finding unless a write succeeds before long, without a hand. */
  requireRecovery(): Promise<void>
  /** A finding unless all that was acknowledged lies in the folder. */
  requireKept(): void
}

export async function openProbe(stage: Stage, report: Report, fault: string): Promise<Probe> {
  const ask = openClient(stage, report)
  const product = await makeProduct(ask, 'probe')
  const terms = { product_id: product, activation_limit: 0, validity: 0, status: 'assigned' }
  const device = { license_key: 'PROBE', identifier: 'probe' }
  require(await ask('create-license-keys', { ...terms, license_keys: ['PROBE'] }), 900)
  require(await ask('activate', device), 300)
  const acknowledged = ['PROBE']
  let count = 0

  async function write(): Promise<Fate> {
    const key = `PROBE-${++count}`
    const answer = await ask('create-license-keys', { ...terms, license_keys: [key] })
    const fate = fateOf(answer)
    if (fate === undefined) report.find(`${fault}: a write is acknowledged or refused with 9503`, answer?.response)
    if (fate === 'kept') acknowledged.push(key)
    return fate ?? 'refused'
  }

  async function writeMany(count: number) {
    const fates = await Promise.all(Array.from({ length: count }, write))
    const times = (fate: Fate) => fates.filter((each) => each === fate).length
    return { kept: times('kept'), refused: times('refused'), lost: times('lost') }
  }

  return {
    acknowledged,
    write,
    writeMany,
    read: async () => (await ask('verify', device))?.code === 200,
    async requireRefusal() {
      const fates = await writeMany(30)
      if (fates.kept) report.find(`${fault}: nothing is acknowledged that cannot be kept`, fates)
      report.count('writes refused under a fault', fates.refused)
    },
    async requireRecovery() {
      const deadline = performance.now() + recoveryPatienceMs
      while ((await write()) !== 'kept') {
        if (performance.now() > deadline) return report.find(`${fault}: the server recovers without a hand`)
        await Bun.sleep(100)
      }
    },
    requireKept: () => requireKept(stage, acknowledged, report, fault),
  }
}

function fateOf(answer: Heard | undefined): Fate | undefined {
  if (!answer) return 'lost'
  if (answer.code === 900) return 'kept'
  const isClear = answer.code === 9503 && answer.status === 503 && Number(answer.headers.get('retry-after')) > 0
  return isClear ? 'refused' : undefined
}

function requireKept(stage: Stage, acknowledged: readonly string[], report: Report, fault: string) {
  const found = keysIn(stage)
  const missing = acknowledged.filter((key) => !found.has(key))
  if (missing.length) report.find(`${fault}: what was acknowledged is kept`, missing.slice(0, 5))
  report.count('places compared', acknowledged.length)
}

/** The licence keys that lie in the folder. */
export const keysIn = (stage: Stage) =>
  look(
    stage.folder,
    (raw) =>
      new Set(
        raw
          .query('select license_key from licenses')
          .values()
          .map(([key]) => String(key)),
      ),
  )

interface Refusal {
  fault: string
  remedy: RegExp
}

/** A finding unless the server refuses to start, with one sentence that names the remedy. */
export async function requireRefusedStart(stage: Stage, report: Report, refusal: Refusal & Launching) {
  const launched = stage.launch(refusal)
  if (await launched.listening) {
    report.find(`${refusal.fault}: a start is refused`)
    launched.signal('SIGKILL')
  } else await requireClearRefusal(launched, report, refusal)
}

/** A finding unless a server that has not started said why, in one sentence. */
export async function requireClearRefusal(launched: Launched, report: Report, { fault, remedy }: Refusal) {
  const exitCode = await launched.exited
  const said = launched.said().trim()
  const isClear = exitCode === 1 && /^latchkey: /.test(said) && remedy.test(said) && !said.includes('\n')
  if (!isClear) report.find(`${fault}: a refused start names the remedy`, { exitCode, said: said.slice(0, 600) })
  report.count('starts refused')
}

export const isRoot = process.getuid?.() === 0
