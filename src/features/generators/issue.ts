import type { Static } from '@sinclair/typebox'
import type { Generator, Product } from '../../../db/schema/catalog'
import type { Queryable, Tx } from '../../database/connection'
import type { Fields } from '../../intake/body'
import { type FieldErrors, judge, selectedIsInvalid, type Unchecked } from '../../intake/model'
import { read } from '../../intake/reading'
import { say } from '../../kernel/outcome'
import { createLicenseKeys } from '../licenses/service'
import { resolveProduct } from '../products/service'
import { keysMax, type LicenseKeysWanted, WantedLicense } from './model'
import { chooseGenerator, drawLicenses, resolveGenerator, termsOf } from './service'

/**
 * 900, 901 or 902 for keys given in the request. For `licenses` without keys, draws a key for each: 900 if all were
 * created, 901 with every invalid field if none was (CONTRACT §9).
 */
export const createOrDrawLicenseKeys = (tx: Tx, input: Unchecked<typeof LicenseKeysWanted>, now: Date) =>
  input.license_keys === undefined && input.licenses !== undefined
    ? drawWanted(tx, input.licenses, now)
    : createLicenseKeys(tx, input, now)

interface Wanted {
  product: Product
  generator: Generator
  values: Static<typeof WantedLicense>
}

async function drawWanted(tx: Tx, licenses: unknown, now: Date) {
  const fault = faultOfList(licenses)
  if (fault) return say('incorrect_data_license_create', { errors: { licenses: [fault] } })
  const wanted: Wanted[] = []
  const errors: FieldErrors = {}
  for (const [i, fields] of (licenses as Fields[]).entries()) {
    const found = await readWanted(tx, fields)
    if (!found.errors) wanted.push(found)
    else for (const [name, sentences] of Object.entries(found.errors)) errors[`licenses.${i}.${name}`] = sentences
  }
  if (Object.keys(errors).length) return say('incorrect_data_license_create', { errors })
  for (const { generator, product, values } of wanted) {
    const terms = { ...termsOf(values), ...ownerOf(values, now) }
    await drawLicenses(tx, generator, product, 1, terms, now)
  }
  const outcome = say('license_keys_creation_result', { created: wanted.length, duplicate: 0 })
  const productIds = new Set(wanted.map(({ product }) => product.id))
  return productIds.size === 1 ? outcome.signedFor(wanted[0]!.product.id) : outcome
}

function faultOfList(licenses: unknown) {
  if (!Array.isArray(licenses) || !licenses.every(isObject)) return 'The licenses must be an array of objects.'
  if (!licenses.length) return 'The licenses field is required.'
  return licenses.length > keysMax ? `The licenses must not have more than ${keysMax} items.` : undefined
}

const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value)

async function readWanted(db: Queryable, fields: Fields): Promise<(Wanted & { errors?: never }) | Faulty> {
  const input: Unchecked<typeof WantedLicense> = read(WantedLicense, fields).values
  const named = await resolveGenerator(db, input.generator_id)
  const product = await resolveProduct(db, input.product_id || (named && String(named.productId)))
  const isOpen = product?.status === 'active'
  const generator = isOpen ? await chooseGenerator(db, product.id, textOf(input.generator_id)) : undefined
  const { errors, values } = judge(WantedLicense, input, {
    product_id: isOpen ? undefined : selectedIsInvalid('product_id'),
    generator_id: !isOpen || generator ? undefined : selectedIsInvalid('generator_id'),
  })
  return errors || !product || !generator ? { errors: errors ?? {} } : { product, generator, values }
}

interface Faulty {
  errors: FieldErrors
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined)

/** A licence with an owner is assigned to them now; one without is in stock. */
const ownerOf = ({ owner_name, owner_email }: Static<typeof WantedLicense>, now: Date) =>
  owner_name || owner_email
    ? {
        ownerName: owner_name || null,
        ownerEmail: owner_email || null,
        status: 'assigned' as const,
        assignedAt: now,
      }
    : {}
