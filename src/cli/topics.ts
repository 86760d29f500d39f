import { pageGroups, pages } from '../docs/pages'
import type { Io } from './io'
import { wrapped } from './wrap'

/** What `help` can print besides the help of commands. */
export function topics({ screen }: Io) {
  const width = Math.max(...pages.map(({ name }) => name.length))
  const lines = pageGroups.flatMap(({ title, pages }) => [
    `${title}:`,
    ...pages.flatMap(({ name, about }) => wrapped(`  ${name.padEnd(width)}  ${about}`, screen?.columns)),
    '',
  ])
  return `Topics of "latchkey help TOPIC":\n\n${lines.join('\n')}`
}
