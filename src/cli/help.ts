import { Argument, type Command } from 'commander'
import { referenceOf } from '../docs/links'
import { pages, readPage } from '../docs/pages'
import { nearest } from '../kernel/nearest'
import { OperatorError } from '../kernel/operator-error'
import type { Io } from './io'
import { topics } from './topics'

/** `latchkey help`: the help of a command, or a page of the documentation. */
export const helpCommand = (program: Command, io: Io) =>
  program
    .helpCommand(false)
    .command('help')
    .description('print the help of a command, or a page of the documentation')
    .addArgument(
      Object.assign(
        new Argument('[topic...]', 'a command, or a page: "operate", or "operate#https" for a part of it'),
        {
          suggested: [...pages.map(({ name }) => name), ...program.commands.map((command) => command.name())],
        },
      ),
    )
    .addHelpText('after', () => `\n${topics(io)}`.trimEnd())
    .action(async (words: readonly string[]) => {
      if (!words.length) {
        program.outputHelp()
        return io.out(`\n${topics(io)}`)
      }
      const command = commandAt(program, words)
      if (command) {
        command.outputHelp()
        return io.out(alsoPage(words))
      }
      return io.out(await textOfTopic(program, io, words.join(' ')))
    })

/** The command with these words. */
const commandAt = (program: Command, words: readonly string[]) =>
  words.reduce<Command | undefined>(
    (command, word) => command?.commands.find((child) => child.name() === word),
    program,
  )

/** A page may have the name of a command. */
const alsoPage = (words: readonly string[]) =>
  words.length === 1 && pages.some(({ name }) => name === words[0])
    ? `\nThe page of that name: latchkey help docs/${words[0]}\n`
    : ''

async function textOfTopic(program: Command, { screen = {} }: Io, topic: string) {
  const [name = '', anchor] = topic
    .replace(/^docs\//, '')
    .replace(/\.md(?=#|$)/, '')
    .split('#')
  const page = pages.find((each) => each.name === referenceOf(`${name}.md`)?.page)
  if (!page) throw unknownTopic(program, topic)
  const [{ sectionsOf, chapterAt }, { pageText }] = await Promise.all([
    import('../docs/sections'),
    import('./page-text'),
  ])
  const sections = sectionsOf(await readPage(page))
  const shown = anchor === undefined ? sections : chapterAt(sections, anchor)
  if (!shown.length) {
    const meant = nearest(
      anchor!,
      sections.map((section) => section.anchor),
    )
    throw new OperatorError(
      `the page "${page.name}" has no part "${anchor}"${meant ? `: did you mean "${page.name}#${meant}"?` : `: "latchkey help ${page.name}" prints all of it`}`,
      'invalid_input',
    )
  }
  return pageText(shown, screen)
}

function unknownTopic(program: Command, topic: string) {
  const words = [...pages.map(({ name }) => name), ...program.commands.map((command) => command.name())]
  const meant = nearest(topic.replace(/^docs\//, ''), words)
  return new OperatorError(
    `there is no command and no page "${topic}": ${meant ? `did you mean "latchkey help ${meant}"?` : '"latchkey help" lists them'}`,
    'invalid_input',
  )
}
