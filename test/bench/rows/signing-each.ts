import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { interleaved, median, ratioOf } from '../../../src/bench/contest'
import { type Row, rate, reaches } from '../../../src/bench/report'
import { device, loadOf, requireAnswer, root, type Setting } from '../setting'

const expressFolder = join(root, 'test/bench/express')

/** Row 2: `verify` against servers that sign every answer. */
export async function signingEachRows(setting: Setting): Promise<Row[]> {
  const { many, size, load, effort } = setting
  const ours = await setting.latchkey(many)
  const verify = loadOf(many, { path: 'verify', body: device, keys: size.many })
  await requireAnswer(ours.url, verify, 200)
  const script = join(root, 'test/bench/against/signing.ts')
  const rivals = {
    'Elysia, RSA-2048 on every answer': await setting.beside([process.execPath, script, '2048']),
    'Elysia, RSA-4096 on every answer': await setting.beside([process.execPath, script, '4096']),
    'express, better-sqlite3, RSA-2048 on every answer': await startExpress(setting, join(many.path, 'latchkey.db')),
  }
  const goals = [25, 150, 25]
  const rows: Row[] = []
  for (const [i, [name, rival]] of Object.entries(rivals).entries()) {
    if (!rival) continue
    const run = async (url: string) => (await load.run(url, verify, effort)).perSecond
    await run(ours.url)
    const rounds = await interleaved(size.rounds, { ours: () => run(ours.url), theirs: () => run(rival.url) })
    const ratio = ratioOf(rounds.ours, rounds.theirs)
    const atLeast = goals[i]!
    rows.push({
      work: '2. verify',
      ours: rate(median(rounds.ours)),
      against: name,
      theirs: rate(median(rounds.theirs)),
      ratio,
      goal: `≥ ${atLeast}`,
      holds: reaches(ratio, { atLeast }),
      rounds,
    })
  }
  for (const server of [ours, ...Object.values(rivals)]) await server?.stop()
  return rows
}

/** Undefined where it cannot be installed: its database driver is compiled where no ready one can be fetched. */
async function startExpress(setting: Setting, database: string) {
  const node = Bun.which('node')
  if (!node) return undefined
  if (!existsSync(join(expressFolder, 'node_modules'))) {
    const headers = join(node, '../../include/node')
    const install = Bun.spawnSync(['npm', 'install', '--no-audit', '--no-fund', '--no-package-lock'], {
      cwd: expressFolder,
      env: { ...process.env, ...(existsSync(headers) && { npm_config_nodedir: join(node, '../..') }) },
    })
    if (install.exitCode !== 0) {
      console.error('express could not be installed; its line is left out')
      return undefined
    }
  }
  return setting.beside([node, join(expressFolder, 'server.js'), database])
}
