import { basename } from 'node:path'
import { type Static, Type } from '@sinclair/typebox'
import { record } from '../audit/record'
import type { StorableName } from '../config'
import { integer, text } from '../intake/model'
import { OperatorError } from '../kernel/operator-error'
import { timestamp } from '../kernel/view'
import { storeSettings } from '../settings/service'
import { listKept } from '../upkeep/backup/kept'
import { backupRemedy, findBackupFacts, problemsOfBackups } from '../upkeep/backup/problems'
import { listPendingBackups, orderBackup, requirePlace } from '../upkeep/backup/schedule'
import { backupSettingsOf, requireWritableFolder } from '../upkeep/backup/settings'
import { BackupSettingsView, BackupsView } from '../upkeep/backup/view'
import { facts, minute, table } from './lines'
import { type OperationContext, operation, type Subject } from './operation'

const passphraseLengthMin = 15

const list = operation({
  command: 'backups list',
  route: 'GET /backups',
  role: 'viewer',
  summary:
    'list the verified backups that the server has taken to backup_to, those it takes now, and when it takes more',
  input: Type.Object({}),
  output: BackupsView,
  async run(context) {
    const { db, config, now } = context
    const found = await findBackupFacts(db.read)
    return {
      backups: listKept(config.backup_to).map(({ path, takenAt, bytes }) => ({
        file: basename(path),
        path,
        taken_at: takenAt.toISOString(),
        bytes,
      })),
      pending: await pendingIn(context),
      settings: backupSettingsOf(config, found),
      last_failure: found.last_backup_failure,
      problems: problemsOfBackups(found, config, now),
    }
  },
  show: ({ backups, pending, problems }) => [
    ...table(
      ['TAKEN (UTC)', 'BYTES', 'FILE'],
      backups.map(({ path, taken_at, bytes }) => [minute(taken_at), String(bytes), path]),
      'There are no backups: "latchkey backups set" says when and where the server takes them.',
    ),
    ...pending.map(({ file, state }) => `${file} is ${state}.`),
    ...(problems.length ? ['', ...problems.map((problem) => `✗ ${problem}`), `→ ${backupRemedy}`] : []),
  ],
})

async function pendingIn({ db, progress }: OperationContext): Promise<Static<typeof BackupsView>['pending']> {
  return (await listPendingBackups(db.read)).map(({ file, state, createdAt }) => {
    const { phase = null, done = 0, of = 0 } = progress.of(file) ?? {}
    return {
      file,
      state: state as 'queued' | 'running',
      ordered_at: createdAt.toISOString(),
      phase: phase as 'copying' | 'packing' | 'verifying' | null,
      done_bytes: done,
      of_bytes: of,
    }
  })
}

const take = operation({
  command: 'backups take',
  route: 'POST /backups',
  role: 'owner',
  summary: 'have the server take a backup to backup_to now',
  input: Type.Object({}),
  output: Type.Object({
    file: Type.String({ description: 'Where the backup will be, once it is verified.' }),
    ordered_at: timestamp(),
  }),
  async run({ db, config, now }) {
    const { folder } = requirePlace(config)
    const file = await db.write(async (tx) => {
      const ordered = await orderBackup(tx, folder, now)
      await record(tx, { verb: 'backup.ordered', id: ordered }, now)
      return ordered
    })
    return { file, ordered_at: now.toISOString() }
  },
  show: ({ file }) => [`The server takes a backup; ${file} is there when it is verified.`],
})

const set = operation({
  command: 'backups set',
  route: 'PATCH /backups',
  role: 'owner',
  proof: 'session',
  summary:
    'set when and where the server takes its backups, and their passphrase; fields you leave out keep their values',
  input: Type.Object({
    every: Type.Optional(text({ description: 'How often: `30m`, `6h`, `1d`; `0` for never.' })),
    keep: Type.Optional(integer({ minimum: 0, maximum: 10_000, description: 'How many to keep; 0 for all.' })),
    to: Type.Optional(
      text({ description: 'The folder on the server’s machine, best on another disk; it is made if it is missing.' }),
    ),
    passphrase: Type.Optional(
      text({
        file: true,
        description: `The passphrase that encrypts the keys in backups, at least ${passphraseLengthMin} characters; keep it elsewhere, the server never shows it.`,
        fault: (phrase) =>
          phrase.length >= passphraseLengthMin
            ? undefined
            : `A passphrase has at least ${passphraseLengthMin} characters: take a few random words.`,
      }),
    ),
  }),
  output: BackupSettingsView,
  async run({ db, config, sealer, now, isServer }, { every, keep, to, passphrase }) {
    const given: [StorableName, string | undefined][] = [
      ['backup_key_passphrase', passphrase],
      ['backup_to', to],
      ['backup_keep', keep === undefined ? undefined : String(keep)],
      ['backup_every', every],
    ]
    const texts = new Map(given.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
    if (!texts.size) throw new OperatorError('say what to change: when, where or the passphrase', 'invalid_input')
    // A command may run as another user than the server.
    if (to && isServer) requireWritableFolder(to)
    await db.write((tx) => storeSettings(tx, texts, { config, sealer, now }))
    return backupSettingsOf(config, await findBackupFacts(db.read))
  },
  show: ({ overridden, ...settings }) => [
    ...facts(settings),
    ...overridden.map((name) => `A flag or variable of the server goes before the stored ${name}.`),
  ],
})

export const backups = {
  name: 'backups',
  about: 'backups that the server takes by itself; "latchkey backup FILE" takes one now',
  operations: [list, take, set],
} as const satisfies Subject
