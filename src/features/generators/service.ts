import type { Static } from '@sinclair/typebox'
import type { Generator, Product } from '../../../db/schema/catalog'
import type { License } from '../../../db/schema/licensing'
import type { Queryable, Tx } from '../../database/connection'
import { judge, type Unchecked } from '../../intake/model'
import { parseId } from '../../kernel/ids'
import { Refusal, say } from '../../kernel/outcome'
import { createLicenses, type LicenseTerms } from '../licenses/service'
import { resolveProduct } from '../products/service'
import { drawKeys } from './draw'
import { patternOf } from './format'
import { type GeneratorFilter, KeysOrder } from './model'
import type { Pattern } from './pattern'
import { findFirstActive, findGenerator, listGenerators, listTaken } from './store'
import { generatorView } from './view'

export { findGenerator, insertGenerator, listGenerators, pageGenerators } from './store'

const redrawsMax = 3

/**
 * The generator for a product's keys: the one with the given id if it is active and belongs to the product; if none is
 * given, the active one with the lowest id (CONTRACT §3).
 */
export async function chooseGenerator(
  db: Queryable,
  productId: number,
  reference?: string,
): Promise<Generator | undefined> {
  if (!reference) return findFirstActive(db, productId)
  const generator = await resolveGenerator(db, reference)
  return generator?.status === 1 && generator.productId === productId ? generator : undefined
}

/** The generator with that id; undefined for anything else. */
export async function resolveGenerator(db: Queryable, reference: unknown): Promise<Generator | undefined> {
  const id = typeof reference === 'string' ? parseId(reference) : undefined
  return id === undefined ? undefined : findGenerator(db, id)
}

/**
 * Creates that many licences with fresh keys, available and with the generator's limit and validity unless the terms
 * override them; all or none. Keys that already exist are drawn again, up to three times; after that it throws a
 * `Refusal` with 9422 before writing anything, which undoes the surrounding write.
 */
export async function drawLicenses(
  tx: Tx,
  generator: Generator,
  product: Product,
  quantity: number,
  terms: Partial<LicenseTerms>,
  now: Date,
): Promise<License[]> {
  const { pattern, problem } = patternOf(generator)
  if (!pattern) throw failure(`Generator ${generator.id} cannot be used: ${problem}.`, product)
  const keys = await drawUnused(tx, pattern, quantity)
  if (!keys) {
    const remedy = 'Make one with longer keys or a larger charset.'
    throw failure(`Generator ${generator.id} finds too few keys that are not in use. ${remedy}`, product)
  }
  const { activationLimit, validity } = generator
  const own = { activationLimit, validity, status: 'available' as const, generatorId: generator.id }
  return createLicenses(tx, product, keys, { ...own, ...terms }, now)
}

const failure = (detail: string, product: Product) =>
  new Refusal(say('generation_failed', { detail }).signedFor(product.id))

async function drawUnused(tx: Queryable, pattern: Pattern, quantity: number) {
  const keys = new Set<string>()
  for (let draws = 0; draws <= redrawsMax; draws++) {
    const fresh = drawKeys(pattern, quantity - keys.size)
    for (const key of fresh) keys.add(key)
    for (const key of await listTaken(tx, fresh)) keys.delete(key)
    if (keys.size === quantity) return [...keys]
  }
  return undefined
}

/** 815 with the new keys, 806 if the generator is unknown or it or its product is inactive (CONTRACT §3). */
export async function generate(tx: Tx, input: Unchecked<typeof KeysOrder>, now: Date) {
  const { errors, values } = judge(KeysOrder, input)
  if (errors) return say('malformed_request', { detail: Object.values(errors).flat().join(' ') })
  const generator = await resolveGenerator(tx, values.generator_id)
  const product = generator && (await resolveProduct(tx, String(generator.productId)))
  if (!generator || !product) return say('generator_not_found_assign')
  const isUsable = generator.status === 1 && product.status === 'active'
  if (!isUsable) return say('generator_not_found_assign').signedFor(product.id)
  const licenses = await drawLicenses(tx, generator, product, values.quantity, termsOf(values), now)
  const licenseKeys = licenses.map(({ licenseKey }) => licenseKey)
  return say('generated_license_keys', { licenseKeys }).signedFor(product.id)
}

/** The terms given in a request; an empty field counts as absent. */
export const termsOf = ({ activation_limit, validity }: { activation_limit?: unknown; validity?: unknown }) => ({
  ...(typeof activation_limit === 'number' && { activationLimit: activation_limit }),
  ...(typeof validity === 'number' && { validity }),
})

/** 820 with every generator, or those of one product; the list is named `products` (CONTRACT §3). */
export async function getAllGenerators(db: Queryable, { product_id }: Static<typeof GeneratorFilter>) {
  const product = await resolveProduct(db, product_id)
  const rows = product_id !== undefined && !product ? [] : await listGenerators(db, product?.id)
  return say('all_generators', { products: rows.map(generatorView) })
}
