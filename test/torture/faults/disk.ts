import { chmodSync, closeSync, mkdtempSync, openSync, readdirSync, renameSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { requireSound } from '../holdings'
import { type Stage, setStage } from '../stage'
import { type Fault, isRoot, openProbe, requireRefusedStart } from './probe'

const diskBytes = 16 * 1024 * 1024
const writesMax = 3000

/** A small disk of its own; unmounted by `remove`. */
function mountDisk() {
  const path = mkdtempSync(join(tmpdir(), 'latchkey-torture-disk-'))
  const { exitCode } = Bun.spawnSync(['mount', '-t', 'tmpfs', '-o', `size=${diskBytes}`, 'tmpfs', path])
  const remove = () => {
    if (exitCode === 0) Bun.spawnSync(['umount', '-l', path])
    rmSync(path, { recursive: true, force: true })
  }
  return { path, isMounted: exitCode === 0, remove }
}

function fill(path: string) {
  const file = openSync(path, 'w')
  const bytes = Buffer.alloc(4096)
  try {
    for (;;) writeSync(file, bytes)
  } catch {
    closeSync(file)
  }
}

export const diskFull: Fault = {
  name: 'disk full',
  obstacle() {
    const disk = mountDisk()
    disk.remove()
    return disk.isMounted ? undefined : 'no small disk can be mounted here (it takes root)'
  },
  async run({ report }) {
    const disk = mountDisk()
    const stage = await setStage(report, { within: disk.path })
    const filler = join(disk.path, 'filler')
    try {
      await stage.start()
      const probe = await openProbe(stage, report, diskFull.name)
      await probe.writeMany(50)
      fill(filler)
      let refused = 0
      for (let writes = 0; !refused && writes < writesMax; writes += 30) refused = (await probe.writeMany(30)).refused
      if (!refused) report.find('disk full: it shows', { writes: writesMax })
      report.count('writes refused under a fault', refused)
      if (!(await probe.read())) report.find('disk full: what needs no disk is still answered')
      rmSync(filler)
      await probe.requireRecovery()
      probe.requireKept()
      fill(filler)
      await stage.kill()
      await startOnFullDisk(stage, report)
      rmSync(filler)
      await probe.requireRecovery()
      probe.requireKept()
      await requireSound(stage, report)
    } finally {
      await stage.remove()
      disk.remove()
    }
  },
}

/** It may start, or say why it does not; then it starts when there is room. */
async function startOnFullDisk(stage: Stage, report: Parameters<Fault['run']>[0]['report']) {
  try {
    await stage.start()
  } catch (fault) {
    if (!/latchkey: .*disk is full/.test(String(fault)))
      report.find('disk full: a start is refused with the remedy', fault)
    rmSync(join(stage.folder, '..', 'filler'))
    await stage.start()
    fill(join(stage.folder, '..', 'filler'))
  }
}

/** Root may write anywhere, so the server is somebody else. */
const asNobody = isRoot ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : []

export const readOnly: Fault = {
  name: 'database file read-only',
  async run({ report }) {
    const stage = await setStage(report)
    const around = join(stage.folder, '..')
    if (isRoot) Bun.spawnSync(['chown', '-R', '65534:65534', around])
    const files = () => readdirSync(stage.folder).map((name) => join(stage.folder, name))
    const launching = { behind: asNobody }
    const refusal = { ...launching, fault: readOnly.name, remedy: /^latchkey: .*(permission|may write|chmod)/ }
    try {
      await stage.start(launching)
      const probe = await openProbe(stage, report, readOnly.name)
      await probe.writeMany(30)
      await stage.kill()
      for (const file of files()) chmodSync(file, 0o444)
      await requireRefusedStart(stage, report, refusal)
      for (const file of files()) chmodSync(file, 0o600)
      chmodSync(stage.folder, 0o555)
      await requireRefusedStart(stage, report, refusal)
      chmodSync(stage.folder, 0o700)
      await stage.start(launching)
      await probe.requireRecovery()
      probe.requireKept()
      await requireSound(stage, report)
    } finally {
      await stage.remove()
    }
  },
}

export const folderGone: Fault = {
  name: 'folder gone',
  async run({ report }) {
    const stage = await setStage(report)
    try {
      await stage.start()
      const probe = await openProbe(stage, report, folderGone.name)
      await probe.writeMany(30)
      renameSync(stage.folder, `${stage.folder}.away`)
      await probe.requireRefusal()
      renameSync(`${stage.folder}.away`, stage.folder)
      await probe.requireRecovery()
      probe.requireKept()
      await requireSound(stage, report)
      rmSync(stage.folder, { recursive: true })
      await probe.requireRefusal()
    } finally {
      await stage.remove()
    }
  },
}
