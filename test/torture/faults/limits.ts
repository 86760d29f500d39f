import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { isAlive } from '../client'
import { requireAgreement, requireSound } from '../holdings'
import { gatherCrowd } from '../load/crowd'
import { type Stage, setStage } from '../stage'
import { type Fault, openProbe } from './probe'

const fewFiles = 128

/** Connections that say nothing. */
async function connectMany(stage: Stage, count: number): Promise<Socket[]> {
  const { hostname, port } = new URL(stage.url)
  return Promise.all(
    Array.from({ length: count }, async () => {
      const socket = connect(Number(port), hostname)
      await new Promise((settled) => socket.once('connect', settled).once('error', settled))
      return socket
    }),
  )
}

export const noDescriptors: Fault = {
  name: 'file descriptors exhausted',
  obstacle: () => (Bun.which('prlimit') ? undefined : 'prlimit is not installed'),
  async run({ report }) {
    const stage = await setStage(report)
    try {
      await stage.start({ behind: ['prlimit', `--nofile=${fewFiles}`, '--'] })
      const probe = await openProbe(stage, report, noDescriptors.name)
      await probe.writeMany(10)
      const sockets = await connectMany(stage, fewFiles * 2)
      const attempts = probe.writeMany(10)
      await Bun.sleep(300)
      for (const socket of sockets) socket.destroy()
      await attempts
      await probe.requireRecovery()
      if (!(await isAlive(stage))) report.find('file descriptors exhausted: the server lives on', stage.server.said())
      probe.requireKept()
      await requireSound(stage, report)
      await stage.stop()
    } finally {
      await stage.remove()
    }
  },
}

const spareBytes = 12 * 1024 * 1024

/** Lets the server have a little more memory than it has, and nothing beyond. */
function limitMemory({ server: { pid } }: Stage) {
  const data = Number(/^VmData:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) * 1024
  Bun.spawnSync(['prlimit', `--pid=${pid}`, `--data=${data + spareBytes}`])
}

export const noMemory: Fault = {
  name: 'memory limit',
  obstacle: () => (Bun.which('prlimit') ? undefined : 'prlimit is not installed'),
  async run({ report, chance }) {
    const stage = await setStage(report, { env: { LATCHKEY_ALLOW_PRIVATE_WEBHOOKS: 'on' } })
    try {
      await stage.start()
      const crowd = await gatherCrowd({ stage, chance, report, size: 16, keysOnShelf: 50 })
      const visit = crowd.come()
      limitMemory(stage)
      await Bun.sleep(3000)
      // It may have died of it, as a process may; or it went on with what it had.
      report.count((await isAlive(stage)) ? 'memory limits survived' : 'deaths by memory limit')
      await stage.kill()
      await stage.start()
      await visit.sendHome()
      await crowd.everythingDelivered()
      requireAgreement(stage, crowd.ledger, report)
      await requireSound(stage, report)
      await crowd.leave()
    } finally {
      await stage.remove()
    }
  },
}
