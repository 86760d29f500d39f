import { type Static, Type } from '@sinclair/typebox'
import { requireContract } from '../features/contracts/operator'
import { type StatusWord, statusWords } from '../features/licenses/policy'
import { productReference } from '../features/products/model'
import { requireProduct } from '../features/products/service'
import type { LicenseSelection } from '../features/support/license-page'
import { integer, text, toggle } from '../intake/model'
import { OperatorError } from '../kernel/operator-error'
import { type DateRange, momentFilter, period, rangeOf, words } from './filters'
import type { OperationContext } from './operation'

const until = 'Only until this moment; a day or a month is included'
const pasts = ['2030-01-31', '2030-01', '30d']
const futures = ['2030-01-31', 'today', '+14d']

/** The conditions on licences; those that are given must all hold. */
export const LicenseFilters = Type.Object({
  product: Type.Optional(productReference('Only those of this product: its id, uuid, slug or name.')),
  status: words(
    Object.keys(statusWords) as StatusWord[],
    'Only those in one of these states; active holds a seat, expired has ended',
    ['expired', 'blocked,revoked'],
  ),
  ...period,
  created_from: momentFilter('Only those made from this moment on', pasts),
  created_to: momentFilter(until, pasts),
  expires_from: momentFilter('Only those that end from this moment on', futures),
  expires_to: momentFilter(until, futures),
  verified_before: momentFilter('Only those in use whose devices have not verified since', ['90d', '2030-01-31']),
  never_activated: Type.Optional(toggle({ description: 'Only those that are assigned and that no device has used.' })),
  full: Type.Optional(toggle({ description: 'Only those whose seats are all taken.' })),
  over_limit: Type.Optional(toggle({ description: 'Only those with more seats taken than they have.' })),
  has_note: Type.Optional(toggle({ description: 'Only those with a note.' })),
  meta: Type.Optional(
    text({ maxLength: 4096, description: 'Only those with this metadata', examples: ['order=1001', 'order'] }),
  ),
  owner_email: Type.Optional(text({ maxLength: 255, description: 'Only those of this owner.' })),
  key: Type.Optional(text({ description: 'Keys that begin with this, in upper or lower case.' })),
  contract: Type.Optional(text({ maxLength: 255, description: 'Only those drawn from this contract.' })),
  generator: Type.Optional(integer({ minimum: 1, description: 'Only those drawn by this generator.' })),
  text: Type.Optional(
    text({ maxLength: 255, description: 'Only those with this in the key, owner, a note or metadata.' }),
  ),
})

/** The filter that these fields describe. Throws an `OperatorError` if a thing they name does not exist. */
export async function licenseFilterOf(
  { db, now }: Pick<OperationContext, 'db' | 'now'>,
  given: Static<typeof LicenseFilters>,
): Promise<LicenseSelection> {
  const { product, status, contract, verified_before } = given
  return {
    productId: product === undefined ? undefined : (await requireProduct(db.read, product)).id,
    states: status,
    assigned: spanOf(rangeOf(given, now)),
    created: spanOf(rangeOf({ from: given.created_from, to: given.created_to }, now)),
    expires: spanOf(rangeOf({ from: given.expires_from, to: given.expires_to }, now)),
    verifiedBefore: verified_before === undefined ? undefined : rangeOf({ from: verified_before }, now).from,
    isNeverActivated: given.never_activated,
    isFull: given.full,
    isOverLimit: given.over_limit,
    hasNote: given.has_note,
    meta: given.meta === undefined ? undefined : metaOf(given.meta),
    ownerEmail: given.owner_email,
    key: given.key,
    contractId: contract === undefined ? undefined : (await requireContract(db.read, contract)).id,
    generatorId: given.generator,
    text: given.text,
  }
}

const spanOf = (range: DateRange) => (range.from || range.to ? range : undefined)

function metaOf(text: string) {
  const [key, ...rest] = text.split('=')
  if (!key) throw new OperatorError('"meta" takes a key, or key=value', 'invalid_input')
  return { key, value: rest.length ? rest.join('=') : undefined }
}
