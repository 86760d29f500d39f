import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sha256 } from '../../kernel/secrets'
import { bundledPackages } from './bundle'

/** A library that is linked into the runtime, with its licence in the words of the runtime. */
export interface LinkedLibrary {
  name: string
  license: string
}

/** What an executable is made of, as far as its build knows. */
export interface Materials {
  /** Where the packages in it lie, as `package-lock.json` names those places. */
  packages: string[]
  /** Of the Bun executable that is embedded. */
  runtime: { version: string; sha256: string; libraries: LinkedLibrary[] }
}

/** Looks into the bundle and at the Bun that runs this, which is the one that an executable made by it gets. */
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

/** The tables of Bun's page about its licence: libraries that are linked into it on this system, and polyfills. */
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

/** Markdown without its marks: `[`x`](https://…)` is x. */
const plain = (markdown: string) =>
  markdown
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll('`', '')
    .trim()
