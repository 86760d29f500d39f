import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startInstallation, type TestInstallation } from '../support/installation'
import { until } from '../support/wait'

const minuteMs = 60_000
const patienceMs = 60_000

let installation: TestInstallation
let place: string
let passphrase: string
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'latchkey-backups-'))
  passphrase = join(place, 'passphrase')
  writeFileSync(passphrase, 'open sesame')
})
afterEach(async () => {
  await installation.close()
  rmSync(place, { recursive: true, force: true })
})

const start = (settings: Record<string, string>) =>
  startInstallation({ backup_to: place, backup_passphrase_file: passphrase, ...settings })
const taken = () => readdirSync(place).filter((name) => name.startsWith('latchkey-'))
const takenBeside = (before: string[]) => () => taken().filter((name) => !before.includes(name)).length > 0

describe('a server that takes backups', () => {
  test(
    'takes one when it is time, and removes the oldest when the new one is verified',
    async () => {
      installation = await start({ backup_every: '1h', backup_keep: '1' })
      await until('the first', takenBeside([]))
      const first = taken()
      await installation.advance(61 * minuteMs)
      await until('the next', takenBeside(first))
      await until('the first one gone', () => taken().length === 1)
      const [file] = taken()
      expect(readdirSync(place).sort()).toEqual([file!, 'passphrase'])
      const trial = await installation.cli(
        ...[
          'restore',
          join(place, file!),
          '--data-dir',
          join(place, 'x'),
          '--passphrase-file',
          passphrase,
          '--dry-run',
        ],
      )
      expect(trial.out).toContain('can be restored')
    },
    patienceMs,
  )

  test(
    'takes one at once when an owner asks, and lists it',
    async () => {
      installation = await start({})
      const { json } = await beside('backups', 'take', '--json')
      await until('the backup', async () => (await listed()).backups.length === 1)
      expect((await listed()).backups[0].path).toBe(json.file)
    },
    patienceMs,
  )

  test(
    'takes one of its own for each order of one second, beside the one that was due',
    async () => {
      installation = await start({ backup_every: '1h' })
      const orders = await Promise.all([1, 2].map(() => installation.cli('backups', 'take', '--json')))
      const files: string[] = orders.map(({ json }) => json.file)
      expect(new Set(files).size).toBe(2)
      for (const file of files) await until(file, () => existsSync(file))
      const { json } = await installation.cli('job', 'list', '--json')
      const own = json.jobs.filter(({ kind }: { kind: string }) => kind === 'backup')
      expect(own.map(({ last_error }: { last_error: string | null }) => last_error)).toEqual(own.map(() => null))
      expect(await listed()).toMatchObject({ last_failure: null, problems: [] })
    },
    patienceMs,
  )

  test(
    'that fails says so in the list, the status and to the doctor, and leaves nothing behind',
    async () => {
      rmSync(passphrase)
      installation = await start({ backup_every: '1h' })
      const failure = await until('the failure', async () => (await listed()).last_failure)
      expect(failure.error).toContain('cannot read')
      expect(taken()).toEqual([])
      const status = await beside('status', '--json')
      expect(status.json.attention).toContainEqual({
        message: expect.stringMatching(/the backup of .* failed/),
        remedies: [],
      })
      const doctor = await beside('doctor')
      expect(doctor.exitCode).toBe(1)
      expect(doctor.out).toContain('which holds no passphrase')
      expect(doctor.out).toMatch(/the backup of .* failed/)
    },
    patienceMs,
  )

  test(
    'takes them whatever else lies there under such names, and lets none of it push out a backup',
    async () => {
      const minutes = Array.from({ length: 3 }, (_, i) => new Date(Date.now() + i * minuteMs))
      const seconds = minutes.flatMap((minute) => Array.from({ length: 60 }, (_, i) => new Date(+minute + i * 1000)))
      const nameOf = (moment: Date) => `latchkey-${moment.toISOString().slice(0, 19).replace(/[-:]/g, '')}Z.tar.gz`
      const foreign = [...seconds.map(nameOf), 'latchkey-20990101T000000Z.tar.gz']
      for (const name of foreign) writeFileSync(join(place, name), '')
      mkdirSync(join(place, 'latchkey-20200101T000000Z.tar.gz'))
      symlinkSync(join(place, 'nowhere'), join(place, 'latchkey-20200102T000000Z.tar.gz'))
      installation = await start({ backup_every: '1h', backup_keep: '2' })
      const verified = async () => (await beside('status', '--json')).json.last_backup
      const first = await until('the first', verified)
      expect(readFileSync(first.path).length).toBeGreaterThan(1000)
      await installation.advance(61 * minuteMs)
      const second = await until('the next', async () => {
        const last = await verified()
        return last.at !== first.at && last
      })
      expect([existsSync(first.path), existsSync(second.path)]).toEqual([true, true])
      await installation.advance(61 * minuteMs)
      await until('the first one gone', () => !existsSync(first.path))
      expect(existsSync(second.path)).toBe(true)
      expect(taken()).toContain('latchkey-20990101T000000Z.tar.gz')
    },
    patienceMs,
  )

  test(
    'goes on after a failure, which is history then to the list, the status and the doctor',
    async () => {
      rmSync(passphrase)
      installation = await start({ backup_every: '1h' })
      const failed = 'the backup of'
      await until('the failure', async () => (await listed()).last_failure)
      expect((await beside('backups', 'list')).out).toContain(failed)
      writeFileSync(passphrase, 'open sesame')
      const file = join(place, 'by-hand.tar.gz')
      expect((await beside('backup', file, '--passphrase-file', passphrase)).exitCode).toBe(0)
      for (const command of [['backups', 'list'], ['status'], ['doctor']]) {
        expect((await beside(...command)).out).not.toContain(failed)
      }
    },
    patienceMs,
  )

  test('that has none yet is not well, to the list, the status and the doctor', async () => {
    installation = await start({})
    for (const command of [['backups', 'list'], ['status'], ['doctor']]) {
      expect((await beside(...command)).out).toContain('no backup was ever taken')
    }
    expect((await beside('doctor')).exitCode).toBe(1)
  })

  test(
    'follows what is stored, from the next minute on',
    async () => {
      installation = await startInstallation()
      const set = async (name: string, value: string) => {
        const { exitCode, err } = await installation.cli('setting', 'set', name, value)
        return { exitCode, err }
      }
      const done = { exitCode: 0, err: '' }
      expect(await set('backup_every', '1h')).toEqual({ exitCode: 2, err: expect.stringContaining('backup_to') })
      expect(await set('backup_to', 'backups')).toEqual({ exitCode: 2, err: expect.stringContaining('from the root') })
      expect(await set('backup_to', place)).toEqual(done)
      expect(await set('backup_passphrase_file', passphrase)).toEqual(done)
      expect(await set('backup_every', '1h')).toEqual(done)
      const { json } = await installation.cli('setting', 'show', 'backup_every', '--json')
      expect(json).toMatchObject({ value: '1h', source: 'stored' })
      await installation.advance(minuteMs)
      await until('a backup', takenBeside([]))
      const unset = await installation.cli('setting', 'unset', 'backup_to')
      expect(unset).toMatchObject({ exitCode: 2, err: expect.stringContaining('backup_every') })
    },
    patienceMs,
  )

  test('needs a folder and a passphrase', async () => {
    installation = await startInstallation()
    const { exitCode, err } = await beside('backups', 'take')
    expect({ exitCode, err }).toMatchObject({ exitCode: 2, err: expect.stringContaining('backup_to') })
  })
})

/** A command that has the settings of the server. */
const beside = (...args: string[]) => installation.cli(...args)
const listed = async () => (await beside('backups', 'list', '--json')).json
