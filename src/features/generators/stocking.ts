import type { Static } from '@sinclair/typebox'
import type { Generator, Product } from '../../../db/schema/catalog'
import type { License } from '../../../db/schema/licensing'
import type { Queryable, Tx } from '../../database/connection'
import { fieldRef, message, remedy } from '../../kernel/message'
import { parseMoment } from '../../kernel/moments'
import { OperatorError } from '../../kernel/operator-error'
import { Refusal } from '../../kernel/outcome'
import { keyLengthMax } from '../licenses/model'
import { createLicenses, type LicenseTerms, stateOf } from '../licenses/service'
import { requireProduct } from '../products/service'
import { requireGenerator } from './operator'
import type { NewLicenses } from './operator-model'
import { chooseGenerator, drawLicenses, termsOf } from './service'
import { listTaken } from './store'

const usualTerms = { activationLimit: 1, validity: 0 }

/**
 * Creates licences from given keys or from keys a generator draws; assigned if an owner is given. All or none. Throws
 * an `OperatorError` if it cannot.
 */
export async function stockLicenses(tx: Tx, input: Static<typeof NewLicenses>, now: Date): Promise<License[]> {
  const { license_keys: keys, product: reference, generator, quantity } = input
  if (keys && (generator !== undefined || quantity !== undefined)) {
    throw new OperatorError(
      message`either ${fieldRef('license_keys')} says which keys there are, or ${fieldRef('generator')} and ${fieldRef('quantity')} have them drawn`,
      'invalid_input',
    )
  }
  const terms = { ...termsOf(input), ...ownershipOf(input, now) }
  if (keys) return bring(tx, keys, await productOf(tx, reference), { ...usualTerms, ...terms }, now)
  return drawAsked(tx, { product: reference, generator }, { quantity: quantity ?? 1, terms, now })
}

interface Drawing {
  quantity: number
  terms: Partial<LicenseTerms>
  now: Date
}

/** Draws keys with the named generator, else with the product's first active one. */
export async function drawAsked(
  tx: Tx,
  { product: reference, generator }: { product?: string | undefined; generator?: number | undefined },
  { quantity, terms, now }: Drawing,
): Promise<License[]> {
  const source = await generatorOf(tx, reference, generator)
  const product = await requireProduct(tx, String(source.productId))
  try {
    return await drawLicenses(tx, source, product, quantity, terms, now)
  } catch (error) {
    if (error instanceof Refusal) throw new OperatorError((error.outcome.data as { detail: string }).detail)
    throw error
  }
}

/** Creates licences from given keys, none of which may exist. */
export async function bring(tx: Tx, given: string[], product: Product, terms: LicenseTerms, now: Date) {
  const keys = [...new Set(given)]
  const tooLong = keys.find((key) => key.length > keyLengthMax)
  if (tooLong)
    throw new OperatorError(
      `a licence key has at most ${keyLengthMax} characters: "${tooLong.slice(0, 20)}…"`,
      'invalid_input',
    )
  const [taken] = await listTaken(tx, keys)
  if (taken !== undefined) throw new OperatorError(`licence key "${taken}" exists already: nothing was made`)
  return createLicenses(tx, product, keys, terms, now)
}

async function productOf(db: Queryable, reference: string | undefined) {
  if (reference === undefined)
    throw new OperatorError(message`say which product they are for, with ${fieldRef('product')}`, 'invalid_input')
  return requireProduct(db, reference)
}

async function generatorOf(db: Queryable, reference: string | undefined, id: number | undefined): Promise<Generator> {
  if (reference === undefined && id === undefined) {
    throw new OperatorError(
      message`say which keys with ${fieldRef('license_keys')}, or who draws them with ${fieldRef('generator')} or ${fieldRef('product')}`,
      'invalid_input',
    )
  }
  const product = reference === undefined ? undefined : await requireProduct(db, reference)
  if (id === undefined) {
    const first = await chooseGenerator(db, product!.id)
    if (first) return first
    throw new OperatorError(
      message`product ${product!.id} has no generator that makes keys: give ${fieldRef('license_keys')}, or make one with ${remedy('generator create', { product: product!.id })}`,
    )
  }
  const generator = await requireGenerator(db, id)
  if (product && generator.productId !== product.id) {
    throw new OperatorError(`generator ${id} makes keys for product ${generator.productId}, not for ${product.id}`)
  }
  if (generator.status !== 1)
    throw new OperatorError(message`generator ${id} is disabled: enable it with ${remedy('generator enable', { id })}`)
  return generator
}

/** A licence with an owner is assigned, one without is in stock, unless a status is given. */
function ownershipOf({ owner_name, owner_email, status, assigned_at }: Static<typeof NewLicenses>, now: Date) {
  const word = status ?? (owner_name || owner_email ? 'assigned' : 'available')
  return {
    ownerName: owner_name ?? null,
    ownerEmail: owner_email ?? null,
    ...stateOf(word, parseMoment(assigned_at ?? '') ?? null, now),
  }
}
