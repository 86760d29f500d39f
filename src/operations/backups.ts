import { Type } from '@sinclair/typebox'
import { record } from '../audit/record'
import { timestamp } from '../kernel/view'
import { listKept } from '../upkeep/backup/kept'
import { backupRemedy, findBackupFacts, problemsOfBackups } from '../upkeep/backup/problems'
import { orderBackup, requirePlace } from '../upkeep/backup/schedule'
import { BackupsView } from '../upkeep/backup/view'
import { minute, table } from './lines'
import { operation, type Subject } from './operation'

const list = operation({
  command: 'backups list',
  route: 'GET /backups',
  role: 'viewer',
  summary: 'list the verified backups that the server has taken to backup_to',
  input: Type.Object({}),
  output: BackupsView,
  async run({ db, config, now }) {
    const facts = await findBackupFacts(db.read)
    return {
      backups: listKept(config.backup_to).map(({ path, takenAt, bytes }) => ({
        path,
        taken_at: takenAt.toISOString(),
        bytes,
      })),
      last_failure: facts.last_backup_failure,
      problems: problemsOfBackups(facts, config, now),
    }
  },
  show: ({ backups, problems }) => [
    ...table(
      ['TAKEN (UTC)', 'BYTES', 'FILE'],
      backups.map(({ path, taken_at, bytes }) => [minute(taken_at), String(bytes), path]),
      'There are no backups: see the settings backup_every, backup_to and backup_passphrase_file.',
    ),
    ...(problems.length ? ['', ...problems.map((problem) => `✗ ${problem}`), `→ ${backupRemedy}`] : []),
  ],
})

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

export const backups = {
  name: 'backups',
  about: 'backups that the server takes by itself; "latchkey backup FILE" takes one now',
  operations: [list, take],
} as const satisfies Subject
