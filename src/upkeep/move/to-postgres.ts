import { holdFile } from '../../database/hold'
import { copyFromFile } from '../../database/postgres/copy-from-file'
import { inspectionOn } from '../../database/postgres/inspection'
import { optimizePostgres } from '../../database/postgres/maintenance'
import { inNewDatabase } from '../../database/postgres/migrate'
import type { Move } from './move'
import { type Proof, proveCopy } from './proof'
import { countAll } from './rows'

/**
 * Moves an installation from its SQLite file to an empty database of PostgreSQL, in one transaction on each side: the
 * new one is committed first. Its folder stays the data folder, with the sealing key and the files.
 */
export async function moveToPostgres(
  { installation, holder, now, meter, begin, finish }: Move,
  path: string,
  addresses: readonly string[],
): Promise<Proof> {
  const proof = await holdFile(path, holder, (source) =>
    inNewDatabase(addresses, now, async (session) => {
      await begin(source)
      meter.begin('copying', await countAll(source.inspection))
      await copyFromFile({ raw: source.raw, session, onRows: meter.add })
      meter.begin('verifying')
      const moved = { ...installation, database: { engine: 'postgres' as const, addresses } }
      const found = await proveCopy(
        { installation, database: source.inspection },
        { installation: moved, database: inspectionOn(session) },
        now,
      )
      await finish(source)
      return found
    }),
  )
  meter.begin('optimizing')
  await optimizePostgres(addresses)
  return proof
}
