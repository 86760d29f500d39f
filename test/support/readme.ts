import { join, resolve } from 'node:path'

/** The top folder of the project. */
export const root = resolve(import.meta.dir, '../..')

export const readme = await Bun.file(join(root, 'README.md')).text()

/** The code blocks in a language, as they stand. */
export const fenced = (language: string, text = readme) =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(([, block]) => block!)
