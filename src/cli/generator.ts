import { type Command, Option } from 'commander'
import { type Generator, generators } from '../../db/schema/catalog'
import { mostKeys } from '../features/generators/model'
import {
  type Appraisal,
  appraise,
  createGenerator,
  type GeneratorDraft,
  grouped,
  keysExpected,
  previewKeys,
  switchGenerator,
} from '../features/generators/operator'
import { describeGenerator } from '../features/generators/service'
import { listGenerators } from '../features/generators/store'
import { templateHelp } from '../features/generators/template'
import { longestKey } from '../features/licenses/model'
import { requireProduct } from '../features/products/service'
import { Sorry } from '../kernel/sorry'
import { table } from '../operations/lines'
import { wholeNumber } from './arguments'
import { inHouse, withSettings } from './house-command'
import { type Io, report } from './io'

const usualCharset = '0123456789ABCDEF'

/** `latchkey generator create | list | preview | disable | enable` */
export function generatorCommand(program: Command, io: Io) {
  const generator = program.command('generator').description('how the licence keys of a product are drawn')
  createCommand(generator, io)

  withSettings(generator.command('list'), ['data_dir'])
    .description('every generator')
    .option('--product <product>', 'only those of this product: its id, uuid or slug')
    .option('--json', 'print them as JSON')
    .action((options) =>
      inHouse(options, io, async ({ db }) => {
        const product = options.product === undefined ? undefined : await requireProduct(db.read, options.product)
        const rows = await listGenerators(db.read, product?.id)
        const headings = ['ID', 'PRODUCT', 'METHOD', 'KEYS LOOK LIKE', 'SEATS', 'DAYS', 'STATE']
        const none = 'There is no generator: latchkey generator create --product 1'
        report(io, options, { generators: rows.map(describeGenerator) }, table(headings, rows.map(asRow), none))
      }),
    )

  withSettings(generator.command('preview'), ['data_dir'])
    .description('keys like those it will make; none is kept')
    .argument('<id>', 'its id, as "generator list" shows it', wholeNumber(1))
    .option('--count <n>', 'how many', wholeNumber(1, mostKeys), 5)
    .option('--json', 'print them as JSON')
    .action((id, options) =>
      inHouse(options, io, async ({ db }) => {
        const keys = await previewKeys(db.read, id, options.count)
        report(io, options, { id, license_keys: keys }, keys)
      }),
    )

  for (const [verb, status, said] of [
    ['disable', 0, 'makes no more keys'],
    ['enable', 1, 'makes keys'],
  ] as const) {
    withSettings(generator.command(verb), ['data_dir'])
      .description(`from now on it ${said}; those it has made stay as they are`)
      .argument('<id>', 'its id, as "generator list" shows it', wholeNumber(1))
      .option('--json', 'print the generator as JSON')
      .action((id, options) =>
        inHouse(options, io, async ({ db, clock }) => {
          const row = await db.write((tx) => switchGenerator(tx, id, status, clock()))
          report(io, options, describeGenerator(row), [`Generator ${id} ${said} from now on.`])
        }),
      )
  }
}

const createCommand = (generator: Command, io: Io) =>
  withSettings(generator.command('create'), ['data_dir'])
    .description('make a generator: say how many different keys it can make, refuse it when they are too few')
    .requiredOption('--product <product>', 'the product the keys are for: its id, uuid or slug')
    .addOption(
      new Option('--method <method>', 'what keys look like')
        .choices(generators.method.enumValues)
        .default('chunk-system'),
    )
    .option('--chunks <n>', 'chunk-system: how many chunks, joined by "-"', wholeNumber(1, longestKey), 4)
    .option('--chunk-length <n>', 'chunk-system: characters of each chunk', wholeNumber(1, longestKey), 4)
    .option('--charset <characters>', 'what characters are drawn from', usualCharset)
    .option('--template <template>', 'custom: what a key looks like, for example {A:5}-{9:4}-{X:6}')
    .option('--prefix <text>', 'stands before each key', '')
    .option('--suffix <text>', 'stands behind each key', '')
    .option('--activation-limit <n>', 'seats of a new licence; 0 for any number', wholeNumber(-1), 1)
    .option('--validity <days>', 'days from the assignment; 0 for ever', wholeNumber(0), 0)
    .option('--dry-run', 'only say what it could make')
    .option('--json', 'print the generator as JSON')
    .addHelpText('after', `\n${templateHelp}`)
    .action((options) =>
      inHouse(options, io, async ({ db, clock }) => {
        const draft = draftOf(options)
        const product = await requireProduct(db.read, draft.product)
        const appraisal = appraise(draft)
        const lines = said(appraisal)
        if (options.dryRun) {
          report(io, options, { product_id: product.id, ...appraised(appraisal) }, [...lines, 'Nothing was saved.'])
          return
        }
        const row = await db.write((tx) => createGenerator(tx, draft, clock()))
        const asJson = { ...describeGenerator(row), ...appraised(appraisal) }
        report(io, options, asJson, [`Generator ${row.id} makes keys for product ${row.productId}.`, ...lines])
      }),
    )

interface Options {
  product: string
  method: Generator['method']
  chunks: number
  chunkLength: number
  charset: string
  template?: string
  prefix: string
  suffix: string
  activationLimit: number
  validity: number
}

function draftOf({ method, template, chunks, ...options }: Options): GeneratorDraft {
  if (method === 'custom' && !template) {
    throw new Sorry('a custom generator needs a template: --template {A:5}-{9:4}-{X:6}', 'usage')
  }
  if (method !== 'custom' && template)
    throw new Sorry('a template is for custom generators: add --method custom', 'usage')
  const { product, chunkLength, charset, prefix, suffix, activationLimit, validity } = options
  const format = { method, functionName: template ?? '', numberOfChunks: chunks, chunkLength, charset, prefix, suffix }
  return { product, ...format, activationLimit, validity }
}

const appraised = ({ capacity, collisionLikelihood, example }: Appraisal) => ({
  capacity: capacity.toString(),
  collision: { keys: keysExpected, likelihood: collisionLikelihood },
  example,
})

const said = ({ capacity, collisionLikelihood, example }: Appraisal) => [
  `  a key          ${example}`,
  `  different keys ${grouped(capacity)}`,
  `  collisions     ${percent(collisionLikelihood)} likely among ${grouped(BigInt(keysExpected))} keys; such a key is drawn anew`,
]

const percent = (likelihood: number) => `${likelihood === 0 ? 0 : (likelihood * 100).toPrecision(2)} %`

const asRow = (row: Generator) => [
  String(row.id),
  String(row.productId),
  row.method,
  shapeOf(row),
  row.activationLimit > 0 ? String(row.activationLimit) : 'any',
  row.validity > 0 ? String(row.validity) : 'for ever',
  row.status === 1 ? 'active' : 'disabled',
]

function shapeOf({ method, prefix, suffix, functionName, numberOfChunks, chunkLength, charset }: Generator) {
  if (method === 'uuid') return `${prefix}uuid${suffix}`
  if (method === 'custom') return `${prefix}${functionName}${suffix}`
  return `${prefix}${numberOfChunks}×${chunkLength} of ${charset}${suffix}`
}
