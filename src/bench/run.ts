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
const proven = '{"license_key":"{key}","identifier":"{device}","nonce":"{unique}","signature_algorithm":"ES256"}'
const chosen = '{"license_key":"{key}","identifier":"{device}","signature_algorithm":"ES256"}'
const fresh = '{"license_key":"{key}","identifier":"{unique}"}'

/**
 * Measures a server of this program in a temporary folder: `verify` beside a route of the framework alone, without a nonce
 * and with one under ES256; answers that all differ, under either algorithm; seats taken.
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
        proven: run(server.url, loads.proven),
        bareProven: run(bare.url, loads.proven),
      })
      const alone = await interleaved(rounds, {
        details: run(server.url, loads.details),
        chosen: run(server.url, loads.chosen),
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
    proven: load('verify', proven),
    details: load('get-license-key-details', device),
    chosen: load('get-license-key-details', chosen),
    activate: load('activate', fresh),
  }
}

/** The length of an answer, so that the baseline route sends as much. */
async function sizeOf(url: string, { path, headers }: Load) {
  const body = '{"license_key":"NOBODY","identifier":"nothing"}'
  return (await (await fetch(url + path, { method: 'POST', headers, body })).text()).length
}

function rowsOf(
  measured: Record<'verify' | 'bare' | 'proven' | 'bareProven' | 'details' | 'chosen' | 'activate', Measured[]>,
): Row[] {
  const speeds = (name: keyof typeof measured) => measured[name].map(({ perSecond }) => perSecond)
  const said = (name: keyof typeof measured) =>
    `${rate(median(speeds(name)))}, p99 ${milliseconds(median(measured[name].map(({ p99 }) => p99)))}`
  const alone = { against: '', theirs: '', goal: '', holds: undefined }
  const compared = (ours: keyof typeof measured, theirs: keyof typeof measured) => ({
    ours: said(ours),
    theirs: said(theirs),
    ratio: ratioOf(speeds(ours), speeds(theirs)),
    goal: '',
    holds: undefined,
    rounds: { ours: measured[ours], theirs: measured[theirs] },
  })
  const bare = 'a route of the framework alone'
  return [
    { work: 'verify', against: bare, ...compared('verify', 'bare') },
    { work: 'verify with a fresh nonce, ES256', against: bare, ...compared('proven', 'bareProven') },
    { work: 'answers that are all different, signed anew', ours: said('details'), ...alone, rounds: measured.details },
    { work: 'the same, ES256', against: 'RSA-4096', ...compared('chosen', 'details') },
    { work: 'activate, each on disk before its answer', ours: said('activate'), ...alone, rounds: measured.activate },
  ]
}
