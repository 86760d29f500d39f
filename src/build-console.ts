import { mkdirSync, renameSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'
import { bundleConsole } from './cli/sbom/bundle'

/**
 * Builds the console into `dist/console` of the project at `root`: its files, named by their content, each also
 * compressed with Brotli, and `entry.json` with the names of those that the page loads first.
 */
export async function buildConsole(root: string): Promise<void> {
  const folder = join(root, `dist/console-${process.pid}`)
  mkdirSync(folder, { recursive: true })
  const { outputs } = await bundleConsole(root)
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } }
  for (const output of outputs) {
    const file = join(folder, basename(output.path))
    const bytes = new Uint8Array(await output.arrayBuffer())
    await Bun.write(file, bytes)
    await Bun.write(`${file}.br`, brotliCompressSync(bytes, quality))
  }
  const nameOf = (pattern: RegExp) => outputs.map(({ path }) => basename(path)).find((name) => pattern.test(name))
  const entry = { script: nameOf(/^main-\w+\.js$/), style: nameOf(/^main-\w+\.css$/) }
  await Bun.write(join(folder, 'entry.json'), JSON.stringify(entry))
  // Other processes may read the former files, or build at the same time.
  rmSync(join(root, 'dist/console'), { recursive: true, force: true })
  renameSync(folder, join(root, 'dist/console'))
}

if (import.meta.main) await buildConsole(join(import.meta.dir, '..'))
