import { Argument, type Command } from 'commander'
import { requireClientKey } from '../access/client-key'
import { type Language, languages } from '../clients/languages'
import {
  chosenProduct,
  printClientFile,
  printClientFileWithNewKey,
  requireLanguage,
} from '../features/client-files/service'
import type { Installation } from '../installation'
import { OperatorError } from '../kernel/operator-error'
import { readText } from './arguments'
import { inInstallation, withSettings } from './installation-command'
import { type Io, report } from './io'
import { orStandardInput, refuseBare } from './secret-option'

interface Options {
  product?: string
  server?: string
  keyId?: readonly string[]
  apiKeyFile?: string
  newApiKey?: boolean
  json?: boolean
}

/** `latchkey client` */
export function clientCommand(program: Command, io: Io) {
  const command = withSettings(program.command('client'), ['data_dir'])
    .description('print a licence check for your program: one source file, with your server, product and public keys')
    .addArgument(
      Object.assign(new Argument('<language>', 'a language, or "list" for all of them'), {
        suggested: ['list', ...languages.map(({ name }) => name)],
      }),
    )
    .option('--product <reference>', 'the product: its id, uuid, slug or name; default: the only one')
    .option('--server <url>', 'the address of your server, as programs reach it; default: the setting base_url')
    .option('--key-id <ids...>', 'the public keys to trust; default: all that sign, of the product and the global ones')
    .option(
      '--api-key-file <path>',
      orStandardInput('an API key to put in, with no more capabilities than the preset "client"'),
    )
    .option('--new-api-key', 'create an API key with the preset "client", and put it in')
    .option('--json', 'print the list, or file name, source and the lines that use it, as JSON')
  refuseBare(command, '--api-key', ['have one made with --new-api-key'])
  return command.action(async (name: string, options: Options) => {
    if (name === 'list') return list(io, options)
    const language = requireLanguage(name)
    const printed = await inInstallation({ ...options }, io, (installation) => print(installation, language, options))
    if (options.json) return report(io, options, printed, [])
    return io.out(printed.source)
  })
}

function list(io: Io, options: Options) {
  const rows = languages.map(({ name, floor, fileName }) => ({ name, runs_on: floor, file_name: fileName }))
  report(io, options, rows, [
    ...rows.map(({ name, runs_on }) => `${name.padEnd(12)}${runs_on}`),
    `Print one: latchkey client ${rows[0]!.name} --product my-app > ${rows[0]!.file_name}`,
  ])
}

async function print({ db, config, clock }: Installation, language: Language, options: Options) {
  const server = options.server ?? (config.base_url || missingServer())
  const product = await chosenProduct(db.read, options.product)
  const { keyId: keyIds, apiKeyFile, newApiKey } = options
  if (apiKeyFile !== undefined && newApiKey) {
    throw new OperatorError('give either --api-key-file or --new-api-key', 'invalid_input')
  }
  const request = {
    language,
    product,
    server,
    keyIds,
    apiKey: apiKeyFile === undefined ? '' : readText(apiKeyFile).trim(),
  }
  if (newApiKey) return printClientFileWithNewKey(db, request, clock())
  if (apiKeyFile !== undefined) await requireClientKey(db.read, request.apiKey, clock())
  return printClientFile(db.read, request, clock())
}

function missingServer(): never {
  throw new OperatorError(
    'programs need the address of your server: add --server https://licences.example.com, or set base_url',
    'invalid_input',
  )
}
