import { Type } from '@sinclair/typebox'
import { type Generator, generators } from '../../../db/schema/catalog'
import type { Queryable, Tx } from '../../database/connection'
import { assess } from '../../features/generators/operator'
import { insertGenerator, listGenerators } from '../../features/generators/service'
import { formatDefaults, generatorFields } from '../../features/generators/view'
import { LicenseKeysDraft } from '../../features/licenses/model'
import { choice, integer, momentText, text } from '../../intake/model'
import { fieldsOf } from '../../kernel/fields'
import { differenceOf } from './difference'
import type { ImportContext } from './import-context'
import { productOf } from './references'
import { defined, rowOf } from './row'
import { everyRow, withIds } from './store'
import { type LineFields, oneByOne, type Table, type Verdict } from './table'

const { activation_limit, validity } = LicenseKeysDraft.properties
const affix = () => Type.Optional(text({ maxLength: 255, nullable: true }))

/** Generators. One with guessable keys is refused, as everywhere. */
export const generatorsTable: Table = {
  name: 'generators',
  subject: 'generator',
  model: Type.Object({
    id: Type.Optional(integer({ minimum: 1 })),
    product: text({ aliases: ['product_id', 'product_uuid'] }),
    method: choice(['uuid', 'chunk-system', 'custom']),
    prefix: affix(),
    suffix: affix(),
    function_name: affix(),
    number_of_chunks: Type.Optional(integer()),
    chunk_length: Type.Optional(integer()),
    charset: Type.Optional(text()),
    activation_limit,
    validity,
    status: Type.Optional(choice(['1', '0', 'active', 'inactive'])),
    created_at: Type.Optional(momentText({ nullable: true })),
    updated_at: Type.Optional(momentText({ nullable: true })),
  }),
  spellings: { type: 'method', generator_type: 'method' },
  ignored: ['uuid', 'name', 'description', 'separator', 'feature_flags', 'generated', 'generated_count', 'deleted_at'],
  put: oneByOne(put),
  async *rows(db) {
    for await (const page of everyRow(db, generators)) yield* page.map(lineOf)
  },
}

const usual = { ...formatDefaults, status: 1 as number }

async function put(tx: Tx, fields: LineFields, context: ImportContext): Promise<Verdict> {
  const product = await productOf(tx, fields.product, context)
  const row = rowOf(fields, { blank: ['prefix', 'suffix', 'function_name'], not: ['product'] })
  if (fields.status) row.status = Number(fields.status === '1' || fields.status === 'active')
  const draft = {
    ...usual,
    createdAt: context.now,
    updatedAt: context.now,
    ...defined(row),
    productId: product.id,
  } as Omit<Generator, 'id'> & { id?: number }
  assess(draft)
  const existing = await findExisting(tx, draft, context)
  if (existing) {
    context.idMap.note('generators', fields.id, existing.id)
    return 'there'
  }
  const [numbered] = await withIds(tx, generators, [draft])
  const { id } = await insertGenerator(tx, numbered!)
  context.idMap.note('generators', fields.id, id)
  return { made: id }
}

/** Finds an existing generator, which has no name: the one with that id if it is equal, else any equal one. */
async function findExisting(
  tx: Queryable,
  draft: LineFields,
  { idMap }: ImportContext,
): Promise<Generator | undefined> {
  const { createdAt, ...said } = draft
  const equal = (await listGenerators(tx, draft.productId)).filter(
    (generator) => !differenceOf(generator, said) && !idMap.isTaken('generators', generator.id),
  )
  const namesake = equal.find(({ id }) => id === draft.id)
  if (namesake || draft.id === undefined) return namesake ?? equal[0]
  const [free] = await withIds(tx, generators, [{ id: draft.id as number }])
  return free!.id === draft.id ? undefined : equal[0]
}

const lineOf = (generator: Generator) => fieldsOf(generator, generatorFields)
