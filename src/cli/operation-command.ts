import type { Static } from '@sinclair/typebox'
import { Argument, type Command, Option } from 'commander'
import { requireDataFolder } from '../database/data-folder'
import { mapProductNames } from '../features/products/service'
import type { Field } from '../intake/model'
import { readInput } from '../intake/operator'
import { OperatorError } from '../kernel/operator-error'
import { Refusal } from '../kernel/outcome'
import { csvOf, csvText } from '../operations/csv'
import { type Operation, positionalsOf, type Subject } from '../operations/operation'
import { optionFlag, wordOf } from '../operations/option-names'
import { collect, readText } from './arguments'
import { progressOn, requireConsent, withAsked } from './dialogue'
import { folderOf, inInstallation, withSettings } from './installation-command'
import { type Io, report } from './io'
import { orStandardInput, refuseBare } from './secret-option'
import { uploadOf } from './upload'

type Given = Record<string, unknown>

/** The commands of a subject: one per operation, with an option per field. */
export function subjectCommand(program: Command, io: Io, { name, about, operations }: Subject) {
  const group = name.split(' ').reduce(groupOf, program)
  if (!group.description()) group.description(about)
  for (const operation of operations) operationCommand(group, io, operation)
}

const groupOf = (above: Command, word: string) =>
  above.commands.find((command) => command.name() === word) ?? above.command(word)

function operationCommand(group: Command, io: Io, operation: Operation) {
  const { summary, input, help } = operation
  const fields = Object.entries(input.properties as Record<string, Field>)
  const bare = positionalsOf(operation)
  const isRequired = (name: string) => input.required?.includes(name) ?? false
  const words = operation.command.split(' ')
  const command = words.length > 1 ? group.command(words.at(-1)!) : group
  withSettings(command, ['data_dir']).description(summary)
  for (const name of bare) {
    const field = input.properties[name] as Field
    const term = wordOf(name, field)
    const argument = new Argument(isRequired(name) ? `<${term}>` : `[${term}]`, field.description)
    command.addArgument(Object.assign(argument, { suggested: field.suggested }))
  }
  for (const [name, field] of fields) {
    if (bare.includes(name)) continue
    command.addOption(optionOf(name, field, isRequired(name)))
    if (field.file) refuseBare(command, `--${wordOf(name, { ...field, file: false })}`)
    if (field.orFile) command.option(`${optionFlag(name, field)}-file <path>`, 'the same from a file')
  }
  if (operation.takesFile) command.requiredOption('--file <path>', 'the file')
  if (operation.loses) command.option('--yes', 'do not ask for confirmation')
  command.option('--json', 'print the result as JSON')
  if (operation.csv || operation.csvPages)
    command.addOption(new Option('--csv', 'print the result as CSV').conflicts('json'))
  if (help) command.addHelpText('after', `\n${help}`)
  command.action(async (...given: unknown[]) => {
    const options = given.at(bare.length) as Given
    // Checked first, so that no password is typed for a folder that does not exist.
    requireDataFolder(folderOf(options, io))
    const values = validated(operation, await withAsked(operation, optionValues(operation, given, options), io))
    await inInstallation(options, io, async (installation) => {
      const upload = operation.takesFile && uploadOf(String(options.file))
      const context = { ...installation, now: installation.clock(), onProgress: progressOn(io), upload }
      if (operation.loses && !options.yes) await requireConsent(await operation.loses(values, context), io)
      if (operation.csvPages && options.csv) {
        for await (const text of csvText(operation.csvPages(values, context))) io.out(text)
        return
      }
      const value = await operation.run(context, values)
      if (operation.csv && options.csv) io.out(await csvOf(operation.csv(value)))
      else {
        const productIds = options.json ? [] : (operation.productIds?.(value) ?? [])
        const names = productIds.length ? await mapProductNames(installation.db.read, productIds) : undefined
        report(io, options, value, operation.show(value, names))
      }
      // Everything is printed; only the exit code is left.
      if (operation.isFailure?.(value)) throw new OperatorError('')
    })
  })
}

const placeholders: Partial<Record<Field['kind'], string>> = {
  integer: 'n',
  moment: 'date',
  list: 'list',
  json: 'json',
  choice: 'word',
}

/** The command-line option of a field. */
export function optionOf(name: string, field: Field, isRequired: boolean): Option {
  const flag = optionFlag(name, field)
  if (field.kind === 'toggle') return new Option(flag, field.description)
  const option = new Option(
    `${flag} <${field.file ? 'path' : (placeholders[field.kind] ?? 'text')}>`,
    field.file ? orStandardInput(field.description!) : field.description,
  )
  // Some fields explain the choices themselves.
  if (isRequired && !field.ifAbsent) option.makeOptionMandatory()
  // The field's own validation names the choices, and accepts more than Commander would.
  const choices = choicesOf(field)
  if (choices) option.argChoices = choices
  // Commander passes the previous value, undefined at first.
  if (field.kind === 'list') option.argParser((value, before?: string[]) => collect(value, before ?? []))
  return option
}

const choicesOf = (field: Field): string[] | undefined =>
  field.kind === 'choice' ? field.anyOf.map((word: { const: string }) => word.const) : field.words && [...field.words]

/** The fields given to a command that has no operation, converted to their types. */
export const fieldValues = <Input extends Operation['input']>(
  declared: Pick<Operation, 'route'> & { input: Input },
  options: Given,
) => validated(declared, optionValues(declared, [], options)) as Static<Input>

type Declared = Pick<Operation, 'route' | 'bare' | 'input'>

/** The fields as given on the command line. */
function optionValues(operation: Declared, given: unknown[], options: Given): Given {
  const bare = positionalsOf(operation)
  const entries = Object.entries(operation.input.properties as Record<string, Field>).map(([name, field]) => {
    const at = bare.indexOf(name)
    const flag = optionFlag(name, field)
    const value = at === -1 ? options[camel(flag)] : given[at]
    const path = field.file ? value : field.orFile && options[camel(`${flag}-file`)]
    if (typeof path !== 'string') return [name, Array.isArray(value) ? value.join('\n') : value]
    if (field.orFile && value !== undefined)
      throw new OperatorError(`give either ${flag} or ${flag}-file`, 'invalid_input')
    return [name, readText(path)]
  })
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}

/** Commander's name for an option's value. */
const camel = (flag: string) => flag.slice(2).replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())

/**
 * The fields converted to their types. Throws an `OperatorError` that names each invalid field as on the command line.
 */
function validated(operation: Declared, given: Given) {
  const { input } = operation
  const { errors, values } = readAs(input, given)
  if (!errors) return values
  const bare = positionalsOf(operation)
  const sentences = Object.entries(errors).map(([name, [sentence]]) => {
    const field = input.properties[name] as Field
    return `${bare.includes(name) ? `<${wordOf(name, field)}>` : optionFlag(name, field)}: ${sentence}`
  })
  throw new OperatorError(sentences.join(' '), 'invalid_input')
}

function readAs(input: Operation['input'], given: Given) {
  try {
    return readInput(input, given)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    throw new OperatorError('a file that was named is no text: it holds a NUL character', 'invalid_input')
  }
}
