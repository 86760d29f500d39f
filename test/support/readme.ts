import { basename, join, resolve } from 'node:path'

/** The top folder of the project. */
export const root = resolve(import.meta.dir, '../..')

export const readme = await Bun.file(join(root, 'README.md')).text()

const paths = [...new Bun.Glob('src/docs/*.md').scanSync(root)].sort()

/** The pages under `src/docs` by their names. */
export const pages: Record<string, string> = Object.fromEntries(
  await Promise.all(paths.map(async (path) => [basename(path, '.md'), await Bun.file(join(root, path)).text()])),
)

/** README.md and all pages. */
export const manual = [readme, ...Object.values(pages)].join('\n')

/** A chapter of a page, from its heading to the next of its kind. */
export const chapter = (page: string, heading: string) => page.split(`\n## ${heading}\n`)[1]!.split('\n## ')[0]!

/** The code blocks in a language, as they stand. */
export const fenced = (language: string, text = manual) =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(([, block]) => block!)
