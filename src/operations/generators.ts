import { type Static, Type } from '@sinclair/typebox'
import { generators as table } from '../../db/schema/catalog'
import { keysMax } from '../features/generators/model'
import {
  assess,
  createGenerator,
  editGenerator,
  type GeneratorDraft,
  previewKeys,
  removeGenerator,
  requireGenerator,
  switchGenerator,
} from '../features/generators/operator'
import { pageGenerators } from '../features/generators/service'
import { templateHelp } from '../features/generators/template'
import { tryFormat } from '../features/generators/trial'
import {
  AppraisalView,
  AppraisedGeneratorView,
  FormatTrialView,
  formatDefaults,
  GeneratorView,
  generatorView,
} from '../features/generators/view'
import { keyLengthMax } from '../features/licenses/model'
import { productReference } from '../features/products/model'
import { requireProduct } from '../features/products/service'
import { choice, integer, text, toggle } from '../intake/model'
import { appraised, said, shapeOf } from './generator-lines'
import { listing } from './listing'
import { operation, type Subject } from './operation'
import { productCell } from './product-names'

const Choice = Type.Object({ id: integer({ minimum: 1, description: 'The id, from "generator list".' }) })

const format = {
  number_of_chunks: Type.Optional(
    integer({
      minimum: 1,
      maximum: keyLengthMax,
      option: 'chunks',
      description: 'chunk-system: number of chunks, joined by "-"; default 4.',
    }),
  ),
  chunk_length: Type.Optional(
    integer({ minimum: 1, maximum: keyLengthMax, description: 'chunk-system: characters in each chunk; default 4.' }),
  ),
  charset: Type.Optional(text({ description: 'The characters to draw from; default 0-9 and A-F.' })),
  function_name: Type.Optional(
    text({ option: 'template', description: 'custom: the template of a key, such as {A:5}-{9:4}-{X:6}.' }),
  ),
  prefix: Type.Optional(text({ nullable: true, description: 'Text before each key.' })),
  suffix: Type.Optional(text({ nullable: true, description: 'Text after each key.' })),
  activation_limit: Type.Optional(
    integer({ minimum: -1, description: 'Seats of a new licence; 0 for unlimited; default 1.' }),
  ),
  validity: Type.Optional(integer({ description: 'Days from the assignment; 0 for unlimited; default 0.' })),
}
type Format = Partial<Static<ReturnType<typeof Type.Object<typeof format>>>>

const method = Type.Optional(
  choice(table.method.enumValues, { description: 'The form of keys; default chunk-system.' }),
)

const create = operation({
  command: 'generator create',
  route: 'POST /generators',
  role: 'operator',
  summary: 'create a generator and print how many different keys it can make; too few are refused',
  input: Type.Object({
    product: productReference('The product: its id, uuid, slug or name.'),
    method,
    ...format,
    dry_run: Type.Optional(toggle({ description: 'Only report how many keys it could make.' })),
  }),
  output: Type.Union([
    AppraisedGeneratorView,
    Type.Object({ product_id: Type.Integer(), ...AppraisalView.properties }),
  ]),
  async run({ db, now }, { product: reference, method = 'chunk-system', dry_run, ...given }) {
    const draft = { product: reference, ...usual, method, ...columnsOf(given) } satisfies GeneratorDraft
    const product = await requireProduct(db.read, reference)
    const appraisal = assess(draft)
    if (dry_run) return { product_id: product.id, ...appraised(appraisal) }
    const generator = await db.write((tx) => createGenerator(tx, draft, now))
    return { ...generatorView(generator), ...appraised(appraisal) }
  },
  show: (value) => [
    ...('id' in value ? [`Generator ${value.id} makes keys for product ${value.product_id}.`] : []),
    ...said(value),
    ...('id' in value ? [] : ['Nothing was saved.']),
  ],
  help: templateHelp,
})

const list = listing({
  command: 'generator list',
  route: 'GET /generators',
  summary: 'list all generators',
  plural: 'generators',
  row: GeneratorView,
  filters: Type.Object({
    product: Type.Optional(productReference('Only those of this product: its id, uuid, slug or name.')),
    state: Type.Optional(choice(['active', 'disabled'], { description: 'Only active or only disabled generators.' })),
  }),
  sorts: ['id', 'updated_at'],
  async page({ db }, { product: reference, state }, wanted) {
    const product = reference === undefined ? undefined : await requireProduct(db.read, reference)
    const filter = { productId: product?.id, status: state && Number(state === 'active') }
    const { rows, next } = await pageGenerators(db.read, filter, wanted)
    return { rows: rows.map(generatorView), next }
  },
  columns: {
    ID: ({ id }) => String(id),
    PRODUCT: productCell,
    METHOD: ({ method }) => method,
    'KEYS LOOK LIKE': shapeOf,
    SEATS: ({ activation_limit }) => (activation_limit > 0 ? String(activation_limit) : 'any'),
    DAYS: ({ validity }) => (validity > 0 ? String(validity) : 'for ever'),
    STATE: ({ status }) => (status === 1 ? 'active' : 'disabled'),
  },
  none: 'There is no generator: latchkey generator create --product 1',
})

const preview = operation({
  command: 'generator preview',
  route: 'GET /generators/:id/preview',
  role: 'viewer',
  summary: 'show sample keys of a generator; none is stored',
  input: Type.Object({
    ...Choice.properties,
    count: Type.Optional(integer({ minimum: 1, maximum: keysMax, description: 'How many; default 5.' })),
  }),
  output: Type.Object({ id: Type.Integer(), license_keys: Type.Array(Type.String()) }),
  run: async ({ db }, { id, count = 5 }) => ({ id, license_keys: await previewKeys(db.read, id, count) }),
  show: ({ license_keys }) => license_keys,
})

const { activation_limit: _, validity: __, ...shape } = format

const trial = operation({
  command: 'generator try',
  route: 'GET /generators/trial',
  role: 'viewer',
  summary: 'show sample keys of a format and how hard they are to guess, before a generator is made of it',
  input: Type.Object({
    method,
    ...shape,
    count: Type.Optional(integer({ minimum: 1, maximum: keysMax, description: 'How many keys; default 5.' })),
  }),
  output: FormatTrialView,
  run: async (_context, { method: form = 'chunk-system', count = 5, ...given }) =>
    tryFormat({ ...formatDefaults, method: form, ...columnsOf(given) }, count),
  show: ({ license_keys, entropy_bits, strength, warning, ...appraisal }) => [
    ...license_keys,
    '',
    ...said({ ...appraisal, example: license_keys[0]! }).slice(1),
    `  randomness     ${entropy_bits.toFixed(1)} bits: ${strength}`,
    ...(warning === null ? [] : ['', `${warning}.`]),
  ],
  help: templateHelp,
})

const edit = operation({
  command: 'generator edit',
  route: 'PATCH /generators/:id',
  role: 'operator',
  summary: 'change how a generator makes keys; its method, its product and existing keys stay',
  input: Type.Object({ ...Choice.properties, ...format }),
  output: AppraisedGeneratorView,
  async run({ db, now }, { id, ...given }) {
    const { generator, appraisal } = await db.write((tx) => editGenerator(tx, id, columnsOf(given), now))
    return { ...generatorView(generator), ...appraised(appraisal) }
  },
  show: (value) => [`Generator ${value.id} is changed.`, ...said(value)],
  help: templateHelp,
})

const turn = <const Verb extends 'disable' | 'enable'>(verb: Verb, status: 0 | 1, does: string) =>
  operation({
    command: `generator ${verb}`,
    route: `POST /generators/:id/${verb}` as const,
    role: 'operator',
    summary: `${verb} a generator; keys it has made stay`,
    input: Choice,
    output: GeneratorView,
    run: async ({ db, now }, { id }) => generatorView(await db.write((tx) => switchGenerator(tx, id, status, now))),
    show: ({ id }) => [`Generator ${id} ${does} from now on.`],
  })

const remove = operation({
  command: 'generator delete',
  route: 'DELETE /generators/:id',
  role: 'operator',
  summary: 'permanently delete a generator; keys it has made stay',
  input: Choice,
  output: GeneratorView,
  async loses({ id }, { db }) {
    const { productId } = await requireGenerator(db.read, id)
    return `This deletes generator ${id} of product ${productId} for good; the keys it has made stay.`
  },
  run: async ({ db, now }, { id }) => generatorView(await db.write((tx) => removeGenerator(tx, id, now))),
  show: ({ id }) => [`Generator ${id} is gone; the keys it has made stay.`],
})

export const generatorOperations = {
  name: 'generator',
  about: 'generators, which make the licence keys of a product',
  operations: [
    create,
    list,
    trial,
    preview,
    edit,
    turn('disable', 0, 'makes no more keys'),
    turn('enable', 1, 'makes keys'),
    remove,
  ],
} as const satisfies Subject

const usual = { ...formatDefaults, activationLimit: 1, validity: 0 }

const columnsOf = (given: Format) => ({
  ...(given.number_of_chunks !== undefined && { numberOfChunks: given.number_of_chunks }),
  ...(given.chunk_length !== undefined && { chunkLength: given.chunk_length }),
  ...(given.charset !== undefined && { charset: given.charset }),
  ...(given.function_name !== undefined && { functionName: given.function_name }),
  ...(given.prefix !== undefined && { prefix: given.prefix }),
  ...(given.suffix !== undefined && { suffix: given.suffix }),
  ...(given.activation_limit !== undefined && { activationLimit: given.activation_limit }),
  ...(given.validity !== undefined && { validity: given.validity }),
})
