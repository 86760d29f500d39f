import { join } from 'node:path'
import type { Command } from 'commander'
import type { Io } from './io'
import type { Materials } from './sbom/materials'

/** Defined by the build of an executable. */
declare const builtOf: Materials

/** `latchkey sbom` */
export const sbomCommand = (program: Command, io: Io) =>
  program
    .command('sbom')
    .description('print the bill of materials of this program, as CycloneDX JSON')
    .action(async () => {
      const [{ default: lock }, { billOf }] = await Promise.all([
        import('../../package-lock.json'),
        import('./sbom/bill'),
      ])
      io.out(`${JSON.stringify(billOf(lock.packages, await materials()), null, 2)}\n`)
    })

/** The materials of this executable; run from source, the program determines what an executable would contain. */
async function materials(): Promise<Materials> {
  if (typeof builtOf !== 'undefined') return builtOf
  const { gatherMaterials } = await import('./sbom/materials')
  return gatherMaterials(join(import.meta.dir, '../..'))
}
