import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { interleaved, median, ratioOf } from '../../../src/bench/contest'
import type { BenchFolder } from '../../../src/bench/folder'
import { milliseconds, type Row } from '../../../src/bench/report'
import { adminRoutes } from '../../../src/http/admin/routes'
import { binary, type Setting } from '../setting'

const goalMs = 100
const asksPerRound = 5

/** Row 14: the operator's lists on many keys, each in the order that takes longest, against the same on few. */
export async function operatorListRows(setting: Setting): Promise<Row[]> {
  const { many, few, size } = setting
  const [tokenOfMany, tokenOfFew] = [tokenFor(many), tokenFor(few)]
  const [onMany, onFew] = [await setting.latchkey(many), await setting.latchkey(few)]
  const rows: Row[] = []
  for (const { path, sorts } of lists) {
    const took: { sort: string; ms: number }[] = []
    for (const sort of sorts) took.push({ sort, ms: await ask(onMany.url, tokenOfMany, `${path}?sort=${sort}`) })
    const { sort } = took.reduce((slowest, each) => (each.ms > slowest.ms ? each : slowest))
    const rounds = await interleaved(size.rounds, {
      ours: () => ask(onMany.url, tokenOfMany, `${path}?sort=${sort}`),
      theirs: () => ask(onFew.url, tokenOfFew, `${path}?sort=${sort}`),
    })
    rows.push({
      work: `14. GET /admin/api${path}, by ${sort}`,
      ours: milliseconds(median(rounds.ours)),
      against: `on ${size.few.toLocaleString('en')} keys`,
      theirs: milliseconds(median(rounds.theirs)),
      ratio: ratioOf(rounds.ours, rounds.theirs),
      goal: `≤ ${goalMs} ms`,
      holds: median(rounds.ours) <= goalMs,
      rounds,
    })
  }
  await onMany.stop()
  await onFew.stop()
  return rows
}

/** The lists that need no field, with their orders. */
const lists = adminRoutes.flatMap(({ route, input }) => {
  const { after, sort } = input.properties
  if (!after || route.includes(':') || input.required?.length) return []
  return [{ path: route.replace('GET ', ''), sorts: sort!.anyOf.map((each: { const: string }) => each.const) }]
})

/** A token of an owner, made by commands as an operator would. */
function tokenFor({ path }: BenchFolder): string {
  const passwordFile = join(path, 'password')
  writeFileSync(passwordFile, crypto.randomUUID())
  run(path, ['user', 'create', '--name', 'bench', '--role', 'owner', '--password-file', passwordFile])
  return JSON.parse(run(path, ['user', 'tokens', 'create', 'bench', '--name', 'bench', '--json'])).token
}

function run(folder: string, command: string[]): string {
  const { success, stdout, stderr } = Bun.spawnSync([binary, ...command, '--data-dir', folder])
  if (!success) throw new Error(String(stderr))
  return String(stdout)
}

/** How long one takes, in milliseconds: the median of some, one after the other. */
async function ask(url: string, token: string, path: string) {
  const took: number[] = []
  for (let i = 0; i < asksPerRound; i++) {
    const from = performance.now()
    const answer = await fetch(`${url}/admin/api${path}`, { headers: { authorization: `Bearer ${token}` } })
    const text = await answer.text()
    took.push(performance.now() - from)
    if (!answer.ok) throw new Error(`no list at ${path}: ${text.slice(0, 300)}`)
  }
  return median(took)
}
