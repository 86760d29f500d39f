import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sha256 } from '../../kernel/secrets'
import { bundledPackages } from './bundle'

/** A library linked into the runtime, with its licence as the runtime states it. */
export interface LinkedLibrary {
  name: string
  license: string
}

/** The contents of an executable, as far as its build knows. */
export interface Materials {
  /** The paths of its packages, as in `package-lock.json`. */
  packages: string[]
  /** The embedded Bun executable. */
  runtime: { version: string; sha256: string; libraries: LinkedLibrary[] }
}

/** Inspects the bundle and the running Bun, which is also the one in executables it builds. */
export async function gatherMaterials(root: string): Promise<Materials> {
  const types = join(root, 'node_modules/bun-types')
  const { version } = JSON.parse(readFileSync(join(types, 'package.json'), 'utf8'))
  if (version !== Bun.version) {
    throw new Error(
      `Bun is ${Bun.version} and bun-types ${version}: the licences of Bun are read from bun-types, install both alike`,
    )
  }
  const page = readFileSync(join(types, 'docs/project/license.mdx'), 'utf8')
  return {
    packages: await bundledPackages(root),
    runtime: {
      version: Bun.version,
      sha256: sha256(readFileSync(process.execPath)),
      libraries: [{ name: 'JavaScriptCore', license: 'LGPL-2' }, ...linkedLibraries(page)],
    },
  }
}

/** The tables of Bun's licence page: libraries linked into it on this system, and polyfills. */
export function linkedLibraries(page: string): LinkedLibrary[] {
  const rows = [...page.matchAll(/^\| (.+?) +\| (.+?) +\|$/gm)].map(([, name, license]) => ({
    name: plain(name!).replace(/^(?:A fork|Parts) of |[ ]\(on Linux and Windows\)$/g, ''),
    license: plain(license!),
  }))
  const libraries = rows.filter(
    ({ name }) => !/^(Library|Package|-+)$/.test(name) && !/\(on Windows\)|windows/.test(name),
  )
  if (libraries.length < 20) throw new Error('the page about the licence of Bun has another form than before')
  return libraries
}

/** Markdown without markup: `[`x`](https://…)` becomes x. */
const plain = (markdown: string) =>
  markdown
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll('`', '')
    .trim()
