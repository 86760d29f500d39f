import { randomUUID } from 'node:crypto'
import type { Product } from '../../../db/schema/catalog'
import { record } from '../../audit/record'
import type { Queryable, Tx } from '../../database/connection'
import { findContract } from '../../features/contracts/service'
import { findGenerator } from '../../features/generators/service'
import { slugFrom } from '../../features/products/policy'
import { findProduct, insertProduct, listProducts, resolveProduct } from '../../features/products/service'
import { parseId } from '../../kernel/ids'
import { OperatorError } from '../../kernel/operator-error'
import type { ImportContext } from './import-context'

/**
 * The product a line names by id, uuid, slug or name. A missing one is created if the options say so; otherwise throws
 * an `OperatorError`.
 */
export async function productOf(tx: Tx, reference: string, context: ImportContext): Promise<Product> {
  const known = context.products.get(reference)
  if (known) return known
  const product = (await lookUp(tx, reference, context)) ?? (await make(tx, reference, context))
  context.products.set(reference, product)
  return product
}

async function lookUp(
  tx: Queryable,
  reference: string,
  { idMap, carried }: ImportContext,
): Promise<Product | undefined> {
  const linked = idMap.find('products', reference)
  if (linked !== undefined) return findProduct(tx, String(linked))
  // If the files bring their own products, an id never means one of ours.
  if (carried.has('products') && isNumber(reference)) return undefined
  const found = await resolveProduct(tx, reference)
  if (found) return found
  const namesakes = (await listProducts(tx)).filter(({ name }) => name === reference)
  if (namesakes.length < 2) return namesakes[0]
  throw new OperatorError(`there are ${namesakes.length} products named "${reference}": name it by its id`)
}

async function make(tx: Tx, reference: string, { importOptions, now, notes }: ImportContext): Promise<Product> {
  if (!importOptions.createsProducts) {
    throw new OperatorError(`there is no product "${reference}": make it first, or let --create-products make it`)
  }
  const id = parseId(reference)
  const name = id === undefined ? reference : `Product ${reference}`
  const wanted = slugFrom(name)
  const slug = wanted !== undefined && !(await findProduct(tx, wanted)) ? wanted : null
  const product = await insertProduct(tx, {
    ...(id && { id }),
    uuid: randomUUID(),
    slug,
    source: 'internal',
    name,
    description: name,
    status: 'active',
    requireNonExpired: 0,
    createdAt: now,
    updatedAt: now,
  })
  await record(tx, { verb: 'product.imported', id: product.id, after: product }, now)
  notes.push(`Made product ${product.id} "${name}"${slug === null ? '' : `, slug ${slug}`}.`)
  return product
}

/** The id of the contract a line names by id, uuid or contract key. */
export async function contractIdOf(
  tx: Queryable,
  reference: string,
  { idMap, carried }: ImportContext,
): Promise<number> {
  const linked = idMap.find('contracts', reference)
  if (linked !== undefined) return linked
  const isTheirs = carried.has('contracts') && isNumber(reference)
  const contract = isTheirs ? undefined : await findContract(tx, reference)
  if (!contract) throw new OperatorError(`there is no contract "${reference}": import it first`)
  return contract.id
}

/** The id of the generator a line names by its id. */
export async function generatorIdOf(
  tx: Queryable,
  reference: string,
  { idMap, carried }: ImportContext,
): Promise<number> {
  const linked = idMap.find('generators', reference)
  if (linked !== undefined) return linked
  const isOurs = isNumber(reference) && !carried.has('generators')
  const generator = isOurs ? await findGenerator(tx, Number(reference)) : undefined
  if (!generator) throw new OperatorError(`there is no generator "${reference}": import it first`)
  return generator.id
}

const isNumber = (reference: string) => parseId(reference) !== undefined
