import { join } from 'node:path'
import { inspect } from '../../database/inspection'
import { inspectDatabase } from '../../database/migrate'
import { message, remedy } from '../../kernel/message'
import { OperatorError } from '../../kernel/operator-error'
import type { FolderSealer, Sealer } from '../../signing/sealing'
import { problemOfCompanion, problemOfKeyPair } from '../../signing/trial'
import { databaseName } from './archive'
import type { Manifest } from './manifest'
import { listKeyPairs } from './store'

/**
 * Verifies a database from a backup: intact, with the row counts of its manifest, and with key pairs whose public half
 * verifies a trial signature. Throws an `OperatorError` otherwise.
 */
export async function prove(folder: string, { rows, signing_keys }: Manifest, folderSealer: FolderSealer) {
  const path = join(folder, databaseName)
  const found = inspectDatabase(path)
  const sealers: Sealer[] = [folderSealer, folderSealer.former]
  const sealer = sealers.find(({ fingerprint }) => fingerprint === found?.sealingFingerprint)
  if (!sealer) {
    throw new OperatorError(
      'the sealing key is not the one this backup was taken with: name the sealing.key of that time',
    )
  }
  await inspect(path, async (database) => {
    const [problem] = [
      ...(await database.problems(1)),
      ...(await database.brokenReferences(1)).map(({ table, rowid }) => `row ${rowid} of ${table} refers to nothing`),
    ]
    if (problem) throw unsound(`its database is not sound: ${problem}`)
    if (!Bun.deepEquals(await database.rows(), rows))
      throw unsound('its tables have not the rows that its manifest counts')
    const keys = await listKeyPairs(database.read)
    if (
      !Bun.deepEquals(
        keys.map(({ id }) => id),
        signing_keys,
      )
    )
      throw unsound('it has not the signing keys it had')
    for (const key of keys) {
      const fault = problemOfKeyPair(key, sealer)
      if (fault) throw unsound(`signing key ${key.id} is invalid: ${fault}`)
      const companionFault = problemOfCompanion(key, sealer)
      if (companionFault) throw unsound(`the companion of signing key ${key.id} is invalid: ${companionFault}`)
    }
  })
}

const unsound = (what: string) =>
  new OperatorError(message`the backup is not good, ${what}; see what ${remedy('doctor')} finds`)
