import { Argument, type Command } from 'commander'
import { createApiKey } from '../access/service'
import { type Language, languages } from '../clients/languages'
import { printClient, usualGraceDays } from '../clients/print'
import { serverAddress } from '../clients/server-address'
import { listProducts, requireProduct } from '../features/products/service'
import type { Installation } from '../installation'
import { nearest } from '../kernel/nearest'
import { OperatorError } from '../kernel/operator-error'
import { listPublicKeys } from '../signing/service'
import { inInstallation, withSettings } from './installation-command'
import { type Io, report } from './io'

interface Options {
  product?: string
  server?: string
  keyId?: readonly string[]
  newApiKey?: boolean
  json?: boolean
}

/** `latchkey client` */
export const clientCommand = (program: Command, io: Io) =>
  withSettings(program.command('client'), ['data_dir'])
    .description('print a licence check for your program: one source file, with your server, product and public keys')
    .addArgument(
      Object.assign(new Argument('<language>', 'a language, or "list" for all of them'), {
        suggested: ['list', ...languages.map(({ name }) => name)],
      }),
    )
    .option('--product <reference>', 'the product: its id, uuid, slug or name; default: the only one')
    .option('--server <url>', 'the address of your server, as programs reach it; default: the setting base_url')
    .option('--key-id <ids...>', 'the public keys to trust; default: all that sign, of the product and the global ones')
    .option('--new-api-key', 'create an API key with the preset "client", and put it in')
    .option('--json', 'print the list, or file name and source, as JSON')
    .action(async (name: string, options: Options) => {
      if (name === 'list') return list(io, options)
      const language = languageNamed(name)
      const source = await inInstallation({ ...options }, io, (installation) => print(installation, language, options))
      if (options.json) return report(io, options, { file_name: language.fileName, source }, [])
      return io.out(source)
    })

function list(io: Io, options: Options) {
  const rows = languages.map(({ name, floor, fileName }) => ({ name, runs_on: floor, file_name: fileName }))
  report(io, options, rows, [
    ...rows.map(({ name, runs_on }) => `${name.padEnd(12)}${runs_on}`),
    `Print one: latchkey client ${rows[0]!.name} --product my-app > ${rows[0]!.file_name}`,
  ])
}

function languageNamed(name: string): Language {
  const language = languages.find((each) => each.name === name.toLowerCase())
  if (language) return language
  const names = languages.map((each) => each.name)
  const meant = nearest(name, names)
  const remedy = meant ? `did you mean "${meant}"?` : `there is ${names.join(', ')}`
  throw new OperatorError(`there is no client in "${name}": ${remedy}`, 'invalid_input')
}

async function print(installation: Installation, language: Language, options: Options) {
  const { db, config, clock } = installation
  const server = serverAddress(options.server ?? (config.base_url || missingServer()))
  const product = await chosenProduct(installation, options.product)
  const publicKeys = await chosenKeys(installation, product.id, options.keyId)
  const draft = { name: `${product.name}, printed client`, preset: 'client', capabilities: [], allowedIps: [] } as const
  const made = options.newApiKey ? await db.write((tx) => createApiKey(tx, draft, clock())) : undefined
  return printClient(language, {
    server,
    ...{ product: product.uuid, productName: product.name, apiKey: made?.token ?? '' },
    graceDays: Math.min(usualGraceDays, product.offlineGraceDays),
    publicKeys,
  })
}

function missingServer(): never {
  throw new OperatorError(
    'programs need the address of your server: add --server https://licences.example.com, or set base_url',
    'invalid_input',
  )
}

async function chosenProduct({ db }: Installation, reference: string | undefined) {
  if (reference !== undefined) return requireProduct(db.read, reference)
  const [first, second] = await listProducts(db.read)
  if (first && !second) return first
  throw new OperatorError(
    first
      ? 'there are several products: name one with --product'
      : 'there is no product yet: make one with "latchkey product create"',
    'invalid_input',
  )
}

/** The public keys that may sign answers about a product, as PEM. */
async function chosenKeys({ db, clock }: Installation, productId: number, ids: readonly string[] | undefined) {
  const keys = (await listPublicKeys(db.read)).filter((key) => key.productId === null || key.productId === productId)
  const unknown = ids?.find((id) => !keys.some((key) => key.id === id))
  if (unknown !== undefined) {
    throw new OperatorError(`no key "${unknown}" signs for this product: see "latchkey key show"`, 'invalid_input')
  }
  const now = clock()
  const isWanted = ({ id, retiredAt }: (typeof keys)[number]) => ids?.includes(id) ?? !(retiredAt && retiredAt <= now)
  const wanted = keys.filter(isWanted)
  if (!wanted.length) {
    throw new OperatorError(
      'nothing signs answers about this product: make a key with "latchkey init"',
      'invalid_input',
    )
  }
  return wanted.map(({ publicPem }) => publicPem)
}
