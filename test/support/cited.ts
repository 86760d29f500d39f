import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './readme'

/** A line of a file of the project. */
export interface CitingLine {
  readonly path: string
  readonly number: number
  readonly text: string
  /** What of it a reader reads: all of a page, the comment of a source file. */
  readonly prose: string
}

/** The paths of the project that globs name. */
export const pathsOf = (...globs: string[]) =>
  globs.flatMap((glob) => [...new Bun.Glob(glob).scanSync({ cwd: root, dot: true })]).sort()

const commentOf = (line: string) =>
  /^\s*(?:\/?\*\*?|\/\/|#(?!!))(.*)$|\s\/\/ (.*)$/.exec(line)?.slice(1).find(Boolean) ?? ''

const linesOf = (path: string): CitingLine[] =>
  readFileSync(join(root, path), 'utf8')
    .split('\n')
    .map((text, i) => ({ path, number: i + 1, text, prose: path.endsWith('.md') ? text : commentOf(text) }))

/** Every page, and every source file with its comments. */
export const pageLines = pathsOf('README.md', 'src/docs/*.md', '.github/**/*.md').flatMap(linesOf)
export const sourceLines = pathsOf('{src,db,test}/**/*.ts', '.ci/*', 'Dockerfile').flatMap(linesOf)

/** What lines cite that is not there, each told by its file and line. */
export const broken = (lines: readonly CitingLine[], problemsOf: (line: CitingLine) => string[]) =>
  lines.flatMap((line) => problemsOf(line).map((problem) => `${line.path}:${line.number}: ${problem}`))
