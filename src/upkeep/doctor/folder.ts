import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { sizeOf } from '../../database/place'
import { commandRef, message } from '../../kernel/message'
import { findSealingFingerprint } from '../../signing/service'
import { problemOfCompanion, problemOfKeyPair } from '../../signing/trial'
import { openSecret } from '../../webhooks/message'
import { listKeyPairs, listSealedSecrets } from '../backup/store'
import type { Check } from './check'
import { namedMax } from './store'

/** Besides the size of the database, which is copied before a migration. */
const freeBytesMin = 256 * 1_048_576
const forGroupAndOthers = 0o077
const writableByGroupOrOthers = 0o022

/** What the folder holds. */
export const contents: readonly Check[] = [
  {
    name: 'database',
    promise: 'the file of the database is sound, and every reference in it leads to a row',
    remedy: message`stop the server, keep a copy of the folder, and restore the last backup with ${commandRef('restore')}`,
    find: async ({ database }) => [
      ...(await database.problems(namedMax)),
      ...(await database.brokenReferences(namedMax)).map(
        ({ table, rowid, parent }) => `row ${rowid} of ${table} refers to a row of ${parent} that is not there`,
      ),
    ],
  },
  {
    name: 'signing keys',
    promise: 'sealing.key is the one of this database, and opens every private key and secret in it',
    remedy: 'put back the sealing.key that belongs to this database, from your backup',
    async find({ database: { read }, sealer }) {
      const isFitting = (await findSealingFingerprint(read)) === sealer.fingerprint
      const keys = await listKeyPairs(read)
      return [
        ...(isFitting ? [] : ['sealing.key is not the one this database was made with']),
        ...keys.flatMap((key) => {
          const problem = problemOfKeyPair(key, sealer)
          const companionProblem = problemOfCompanion(key, sealer)
          return [
            ...(problem ? [`signing key ${key.id}: ${problem}`] : []),
            ...(companionProblem ? [`the companion of signing key ${key.id}: ${companionProblem}`] : []),
          ]
        }),
        ...(await listSealedSecrets(read)).flatMap((webhook) => {
          try {
            openSecret(webhook, sealer)
            return []
          } catch {
            return [`the secret of webhook ${webhook.id} does not open with the sealing key`]
          }
        }),
      ]
    },
  },
]

/** What the machine gives it. */
export const surroundings: readonly Check[] = [
  {
    name: 'disk',
    promise: 'there is room for a copy of the database, and more',
    remedy: 'make room on that disk, or move the folder to another',
    async find({ folder, place }) {
      const { bavail, bsize } = await statfs(folder)
      const [free, needed] = [bavail * bsize, (place.engine === 'sqlite' ? sizeOf(place.path) : 0) + freeBytesMin]
      return free < needed ? [`${folder} has ${free} bytes free, and ${needed} are needed`] : []
    },
  },
  {
    name: 'permissions',
    promise: 'nobody but its user reads the keys and the database, or writes to the folder',
    remedy: 'take the rights away with "chmod go-rwx" from the file, and "chmod go-w" from the folder',
    find: async ({ folder }) => (process.platform === 'win32' ? [] : permissionsOf(folder)),
  },
]

function permissionsOf(folder: string) {
  const secrets = readdirSync(folder).filter((name) => /^(sealing\.key|latchkey\.db)/.test(name))
  const modeOf = (path: string) => statSync(path).mode
  const files = join(folder, 'files')
  return [
    ...(modeOf(folder) & writableByGroupOrOthers ? [`others may write to ${folder}`] : []),
    ...secrets
      .filter((name) => existsSync(join(folder, name)) && modeOf(join(folder, name)) & forGroupAndOthers)
      .map((name) => `others may use ${join(folder, name)}`),
    ...(existsSync(files) && !isWritable(files) ? [`this user may not write to ${files}`] : []),
  ]
}

function isWritable(path: string) {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch {
    return false
  }
}
