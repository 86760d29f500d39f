import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openRaw } from '../../support/raw'
import { openClient } from '../client'
import { requireAgreement, requireSound } from '../holdings'
import { gatherCrowd } from '../load/crowd'
import { makeProduct, require } from '../load/shop'
import { type Stage, setStage } from '../stage'
import { type Fault, openProbe } from './probe'

/** Longer than a write waits for the lock. */
const heldMs = { quick: 6500, full: 10_000 }

export const heldLock: Fault = {
  name: 'lock held by another process',
  async run({ report, isQuick }) {
    const stage = await setStage(report)
    const other = openRaw(stage.folder)
    try {
      await stage.start()
      const probe = await openProbe(stage, report, heldLock.name)
      other.run('begin immediate')
      let isHeld = true
      const early = probe.writeMany(20)
      const reads = await Promise.all(Array.from({ length: 50 }, probe.read))
      if (!isHeld || reads.includes(false)) report.find('lock held by another process: reads go on')
      await Bun.sleep(heldMs[isQuick ? 'quick' : 'full'])
      const fates = await early
      if (fates.kept) report.find('lock held by another process: nothing is acknowledged that cannot be kept', fates)
      report.count('writes refused under a fault', fates.refused)
      const late = probe.writeMany(20)
      other.run('rollback')
      isHeld = false
      await late
      await probe.requireRecovery()
      probe.requireKept()
      await requireSound(stage, report)
    } finally {
      other.close()
      await stage.remove()
    }
  },
}

const pauseMs = { quick: 3000, full: 30_000 }

export const stopped: Fault = {
  name: 'stopped for a while',
  async run({ report, chance, isQuick }) {
    const stage = await setStage(report, { env: { LATCHKEY_ALLOW_PRIVATE_WEBHOOKS: 'on' } })
    try {
      await stage.start()
      const crowd = await gatherCrowd({ stage, chance, report, size: 8, keysOnShelf: 50 })
      const visit = crowd.come()
      await Bun.sleep(500)
      const lost = report.figures['answers lost'] ?? 0
      stage.server.signal('SIGSTOP')
      await Bun.sleep(pauseMs[isQuick ? 'quick' : 'full'])
      stage.server.signal('SIGCONT')
      await Bun.sleep(500)
      await visit.sendHome()
      if ((report.figures['answers lost'] ?? 0) > lost) report.find('stopped for a while: every request is answered')
      await crowd.everythingDelivered()
      requireAgreement(stage, crowd.ledger, report)
      await requireSound(stage, report)
      await crowd.leave()
    } finally {
      await stage.remove()
    }
  },
}

const libraries = ['/usr/lib/x86_64-linux-gnu/faketime', '/usr/lib/aarch64-linux-gnu/faketime', '/usr/lib/faketime']
const library = libraries.map((folder) => `${folder}/libfaketime.so.1`).find(existsSync)

/** The wall clock of a server that was started with `env`; the other clocks go on as they do. */
function openFalseClock(stage: Stage) {
  const path = join(stage.folder, '..', 'time')
  const set = (offset: string) => writeFileSync(path, `${offset}\n`)
  set('+0')
  const env = { LD_PRELOAD: library!, FAKETIME_TIMESTAMP_FILE: path, FAKETIME_NO_CACHE: '1', DONT_FAKE_MONOTONIC: '1' }
  return { set, env }
}

export const jumpingClock: Fault = {
  name: 'clock jumps',
  obstacle: () => (library ? undefined : 'libfaketime is not installed'),
  async run({ report, chance }) {
    const stage = await setStage(report, { env: { LATCHKEY_ALLOW_PRIVATE_WEBHOOKS: 'on' } })
    const clock = openFalseClock(stage)
    try {
      await stage.start({ env: clock.env })
      const ask = openClient(stage, report)
      const product = await makeProduct(ask, 'clock')
      const device = { license_key: 'MONTH', identifier: 'pc' }
      const terms = { product_id: product, activation_limit: 0, validity: 30, status: 'assigned' }
      require(await ask('create-license-keys', { ...terms, license_keys: ['MONTH'] }), 900)
      require(await ask('activate', device), 300)
      const crowd = await gatherCrowd({ stage, chance, report, size: 8, keysOnShelf: 50 })
      const requireCode = async (when: string, code: number) => {
        const answer = await ask('verify', device)
        if (answer?.code !== code) report.find(`clock jumps: a licence for a month ${when}`, answer?.response)
      }
      for (const [offset, code] of [
        ['+0', 200],
        ['+365d', 205],
        ['+0', 200],
        ['-1d', 200],
        ['+0', 200],
      ] as const) {
        clock.set(offset)
        await requireCode(`answers ${code} at ${offset}`, code)
        const visit = crowd.come()
        await Bun.sleep(400)
        await visit.sendHome()
      }
      await crowd.everythingDelivered()
      requireAgreement(stage, crowd.ledger, report)
      await requireSound(stage, report)
      await crowd.leave()
      await stage.stop()
    } finally {
      await stage.remove()
    }
  },
}
