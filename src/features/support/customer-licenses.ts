import { type Static, Type } from '@sinclair/typebox'
import type { License } from '../../../db/schema/licensing'
import type { Queryable, Tx } from '../../database/connection'
import { message, remedy } from '../../kernel/message'
import { OperatorError } from '../../kernel/operator-error'
import { counter, nullableTimestamp, view, word } from '../../kernel/view'
import { countSeatsTaken } from '../activations/service'
import { changeLicense, previewChange } from '../licenses/change'
import type { ChangePlan } from '../licenses/operator'
import { expiryOf } from '../licenses/policy'
import { requireProduct } from '../products/service'
import { licenseStates, stateWord } from './state'
import { listLicensesOfOwner } from './store'

/** Selects licences by the owner's e-mail address, ignoring case, and optionally by product. */
export interface OwnerFilter {
  email: string
  product?: string | undefined
}

/** The effect of one change on all licences of a customer. */
export interface CustomerPlan {
  changes: (ChangePlan & { seatsTaken: number })[]
  /** Licences the change does not apply to, with the reason. */
  unchanged: { license: License; reason: string }[]
}

/** Plans a change of each licence of a customer; writes nothing. Throws an `OperatorError` if the customer has none. */
export async function planForCustomer(
  db: Queryable,
  filter: OwnerFilter,
  plan: (license: License) => ChangePlan,
): Promise<CustomerPlan> {
  const found: CustomerPlan = { changes: [], unchanged: [] }
  for (const license of await requireLicensesOf(db, filter)) {
    try {
      const planned = plan(license)
      found.changes.push({ ...planned, seatsTaken: await countSeatsTaken(db, license.id) })
    } catch (error) {
      if (!(error instanceof OperatorError) || error.kind !== 'conflict') throw error
      found.unchanged.push({ license, reason: error.message })
    }
  }
  return found
}

/** Writes the planned changes, each with its own row in the audit log. */
export async function changeForCustomer(tx: Tx, { changes }: CustomerPlan) {
  for (const { license, changes: change } of changes) await changeLicense(tx, license, change)
}

/** Each licence before and after the change, and the unchanged ones. */
export const CustomerChangeView = view('CustomerChange', {
  email: Type.String(),
  dry_run: Type.Boolean(),
  changed: Type.Array(
    Type.Object({
      license_key: Type.String(),
      product_id: Type.Integer(),
      seats_taken: counter(),
      state_before: word(licenseStates),
      state: word(licenseStates),
      expires_at_before: nullableTimestamp(),
      expires_at: nullableTimestamp(),
    }),
  ),
  unchanged: Type.Array(Type.Object({ license_key: Type.String(), reason: Type.String() }), {
    description: 'Those that the change does not apply to, and why.',
  }),
})

export const describeCustomerPlan = (
  { changes, unchanged }: CustomerPlan,
  now: Date,
): Omit<Static<typeof CustomerChangeView>, 'email' | 'dry_run'> => ({
  changed: changes.map(({ license: before, changes: change, seatsTaken }) => {
    const after = previewChange(before, change)
    return {
      license_key: before.licenseKey,
      product_id: before.productId,
      seats_taken: seatsTaken,
      state_before: stateWord(before, seatsTaken, now),
      state: stateWord(after, seatsTaken, now),
      expires_at_before: expiryOf(before)?.toISOString() ?? null,
      expires_at: expiryOf(after)?.toISOString() ?? null,
    }
  }),
  unchanged: unchanged.map(({ license, reason }) => ({ license_key: license.licenseKey, reason })),
})

async function requireLicensesOf(db: Queryable, { email, product: reference }: OwnerFilter) {
  const product = reference === undefined ? undefined : await requireProduct(db, reference)
  const licenses = await listLicensesOfOwner(db, email, product?.id)
  if (licenses.length) return licenses
  const ofProduct = product ? ` of product "${product.name}"` : ''
  const advice = message`check its spelling, ${remedy('license search')} finds it by any part`
  throw new OperatorError(
    message`there is no licence${ofProduct} with the owner e-mail "${email}": ${advice}`,
    'not_found',
  )
}
