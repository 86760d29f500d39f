import { closeSync, openSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Chance } from '../chance'
import { type Ask, isAlive, openClient } from '../client'
import { requireSound } from '../holdings'
import type { Report } from '../report'
import { type Stage, setStage } from '../stage'
import { type Fault, keysIn, openProbe, type Probe, requireClearRefusal } from './probe'

const writesBefore = 60
const pageBytes = 4096
// https://sqlite.org/walformat.html
const logHeadBytes = 32
const frameHeadBytes = 24
const backfillAttemptedAt = 128

/** Cuts the log off, or scribbles over a piece of it, as a disk may that has lost its power. */
function tear(path: string, chance: Chance) {
  const { size } = statSync(path)
  const from = Math.min(takenIn(path), size - 1)
  if (chance.happens(0.5)) return truncateSync(path, chance.between(from, size - 1))
  scribble(path, chance.between(from, size - 1), Buffer.alloc(chance.between(1, 5000), chance.below(256)))
}

/**
 * Where the part of a log ends that a checkpoint has begun to take into the database. SQLite syncs that part before, so
 * that no disk loses it which keeps what it has confirmed; the index beside the log says how many frames it is.
 */
function takenIn(path: string) {
  const frames = readFileSync(path.replace(/-wal$/, '-shm')).readUInt32LE(backfillAttemptedAt)
  return logHeadBytes + frames * (frameHeadBytes + pageBytes)
}

function scribble(path: string, at: number, bytes: Buffer) {
  const file = openSync(path, 'r+')
  writeSync(file, bytes, 0, bytes.length, at)
  closeSync(file)
}

export const tornLog: Fault = {
  name: 'torn WAL',
  async run({ report, chance, rounds }) {
    const stage = await setStage(report)
    const log = join(stage.folder, 'latchkey.db-wal')
    try {
      await stage.start()
      const probe = await openProbe(stage, report, tornLog.name)
      for (let round = 0; round < Math.ceil(rounds / 4); round++) {
        // Ends in order, so that the log holds these writes alone.
        await stage.stop()
        await stage.start()
        for (let i = 0; i < writesBefore; i++) await probe.write()
        await stage.kill()
        const isTail = chance.happens(0.5)
        if (isTail) scribble(log, statSync(log).size, Buffer.alloc(chance.between(1, 9000), chance.below(256)))
        else tear(log, chance)
        await stage.start()
        await requireSound(stage, report)
        if (isTail) probe.requireKept()
        else forgetLost(stage, probe, report)
        await probe.requireRecovery()
        report.count('logs torn')
      }
    } finally {
      await stage.remove()
    }
  },
}

/** What the disk has lost nobody can keep; but it must be the end of what was written, not a piece out of its middle. */
function forgetLost(stage: Stage, probe: Probe, report: Report) {
  const found = keysIn(stage)
  const lost = probe.acknowledged.findIndex((key) => !found.has(key))
  if (lost === -1) return
  const later = probe.acknowledged.slice(lost).filter((key) => found.has(key))
  if (later.length) report.find('torn WAL: what is left is the beginning of what was acknowledged', later.slice(0, 5))
  probe.acknowledged.splice(lost)
}

/** Flips a bit, in the page that is read at every start or anywhere; or empties a page, which is sure to be missed. */
function spoil(path: string, whole: Buffer, chance: Chance) {
  const at = chance.below(chance.happens(0.3) ? pageBytes : whole.length)
  const page = at - (at % pageBytes)
  if (chance.happens(0.5)) scribble(path, at, Buffer.from([whole[at]! ^ (1 << chance.below(8))]))
  else scribble(path, page, Buffer.alloc(pageBytes))
}

export const flippedByte: Fault = {
  name: 'flipped byte',
  async run({ report, chance, rounds }) {
    const stage = await setStage(report)
    const path = join(stage.folder, 'latchkey.db')
    try {
      await stage.start()
      const probe = await openProbe(stage, report, flippedByte.name)
      await probe.writeMany(writesBefore)
      // Who has heard an answer knows the key, which a damaged database may no longer tell.
      const ask = openClient(stage, report)
      await ask(...uses[0]!)
      await stage.stop()
      const whole = readFileSync(path)
      for (let round = 0; round < rounds; round++) {
        spoil(path, whole, chance)
        await exerciseDamaged(stage, report, ask)
        for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true })
        writeFileSync(path, whole)
        report.count('bytes flipped')
      }
      await stage.start()
      await probe.requireRecovery()
      probe.requireKept()
      await requireSound(stage, report)
    } finally {
      await stage.remove()
    }
  },
}

/** It does not start and says what to do; or it serves, and says so where it cannot. */
async function exerciseDamaged(stage: Stage, report: Report, ask: Ask) {
  const isServing = await stage.start().then(
    () => true,
    () => false,
  )
  if (isServing) {
    for (const [endpoint, fields] of uses) await ask(endpoint, fields)
    if (!(await isAlive(stage))) report.find('flipped byte: the server lives on', stage.server.said())
    return stage.kill()
  }
  await requireClearRefusal(stage.server, report, { fault: flippedByte.name, remedy: /backup/ })
}

const uses: [string, object][] = [
  ['verify', { license_key: 'PROBE', identifier: 'probe' }],
  ['activate', { license_key: 'PROBE', identifier: 'another' }],
  [
    'create-license-keys',
    { license_keys: ['NEW'], product_id: 1, activation_limit: 0, validity: 0, status: 'assigned' },
  ],
  ['GET get-license-keys', {}],
  ['GET get-all-products', {}],
]
