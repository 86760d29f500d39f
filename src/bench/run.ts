import { interleaved, median, ratioOf } from './contest'
import { type BenchFolder, makeFolder } from './folder'
import { bestLoadMaker, type Load, type Measured } from './load'
import { cores, itself, serve } from './process'
import { milliseconds, type Row, rate } from './report'

/** The options of a benchmark. */
export interface BenchOptions {
  keys: number
  rounds: number
  seconds: number
}

const connections = 64
const device = '{"license_key":"{key}","identifier":"{device}"}'
const fresh = '{"license_key":"{key}","identifier":"{unique}"}'

/**
 * Measures a server of this program in a temporary folder: `verify` beside a route of the framework alone, answers that
 * all differ, seats taken.
 */
export async function runBench({ keys, rounds, seconds }: BenchOptions): Promise<{ rows: Row[]; load: string }> {
  const { server: core, load: loadCore } = cores()
  const maker = bestLoadMaker(loadCore)
  const folder = await makeFolder({ keys, available: 0 })
  try {
    const env = { LATCHKEY_DATA_DIR: folder.path, LATCHKEY_PORT: '0', LATCHKEY_LOG: 'json' }
    const server = await serve([...itself(), 'serve'], { core, env, log: `${folder.path}/log.jsonl` })
    const loads = loadsOf(folder, keys)
    const bare = await serve([...itself(), 'bench', '--bare', String(await sizeOf(server.url, loads.verify))], { core })
    const run = (url: string, load: Load) => () => maker.run(url, load, { connections, seconds })
    try {
      await run(server.url, loads.verify)()
      const beside = await interleaved(rounds, {
        verify: run(server.url, loads.verify),
        bare: run(bare.url, loads.verify),
      })
      const alone = await interleaved(rounds, {
        details: run(server.url, loads.details),
        activate: run(server.url, loads.activate),
      })
      return { load: maker.name, rows: rowsOf({ ...beside, ...alone }) }
    } finally {
      await Promise.all([server.stop(), bare.stop()])
    }
  } finally {
    folder.remove()
  }
}

function loadsOf({ token }: BenchFolder, keys: number) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const load = (path: string, body: string): Load => ({ method: 'POST', path: `/api/v1/${path}`, headers, body, keys })
  return {
    verify: load('verify', device),
    details: load('get-license-key-details', device),
    activate: load('activate', fresh),
  }
}

/** The length of an answer, so that the baseline route sends as much. */
async function sizeOf(url: string, { path, headers }: Load) {
  const body = '{"license_key":"NOBODY","identifier":"nothing"}'
  return (await (await fetch(url + path, { method: 'POST', headers, body })).text()).length
}

function rowsOf(measured: Record<'verify' | 'bare' | 'details' | 'activate', Measured[]>): Row[] {
  const speeds = (name: keyof typeof measured) => measured[name].map(({ perSecond }) => perSecond)
  const said = (name: keyof typeof measured) =>
    `${rate(median(speeds(name)))}, p99 ${milliseconds(median(measured[name].map(({ p99 }) => p99)))}`
  const alone = { against: '', theirs: '', goal: '', holds: undefined }
  return [
    {
      work: 'verify',
      ours: said('verify'),
      against: 'a route of the framework alone',
      theirs: said('bare'),
      ratio: ratioOf(speeds('verify'), speeds('bare')),
      goal: '',
      holds: undefined,
      rounds: { ours: measured.verify, theirs: measured.bare },
    },
    { work: 'answers that are all different, signed anew', ours: said('details'), ...alone, rounds: measured.details },
    { work: 'activate, each on disk before its answer', ours: said('activate'), ...alone, rounds: measured.activate },
  ]
}
