import { type DocsPage, pageGroups, pages } from '../docs/pages'
import type { Io } from './io'
import { wrapped } from './wrap'

/** The default width of help, as in Commander. */
const columnsOfHelp = 80

const nameWidth = Math.max(...pages.map(({ name }) => name.length))

/** What `help` can print besides the help of commands. */
export function topics({ screen }: Io) {
  const columns = screen?.columns ?? columnsOfHelp
  const lines = pageGroups.flatMap(({ title, pages }) => [
    `${title}:`,
    ...pages.flatMap((page) => topicLines(page, columns)),
    '',
  ])
  return `Topics of "latchkey help TOPIC":\n\n${lines.join('\n')}`
}

function topicLines({ name, about }: DocsPage, columns: number) {
  const start = `  ${name.padEnd(nameWidth)}  `
  return wrapped(about, columns - start.length).map((line, i) => (i ? ' '.repeat(start.length) : start) + line)
}
