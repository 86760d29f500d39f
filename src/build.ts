import { join } from 'node:path'
import { buildConsole } from './build-console'
import { bundleOptions } from './cli/sbom/bundle'
import { gatherMaterials } from './cli/sbom/materials'

/** Builds `dist/latchkey`, a single self-contained file. Run by `npm run build`. */
const root = join(import.meta.dir, '..')
await buildConsole(root)
const materials = await gatherMaterials(root)
const result = await Bun.build({
  ...bundleOptions,
  bytecode: true,
  define: { ...bundleOptions.define, builtOf: JSON.stringify(materials) },
  compile: { outfile: './dist/latchkey', assets: ['./dist/console'], autoloadDotenv: false, autoloadBunfig: false },
})
for (const log of result.logs) console.error(log)
if (result.success) console.log('Built dist/latchkey: try "dist/latchkey demo".')
process.exit(result.success ? 0 : 1)
