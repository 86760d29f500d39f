import type { Static } from '@sinclair/typebox'
import type { Queryable } from '../../database/connection'
import { message, remedy } from '../../kernel/message'
import { OperatorError } from '../../kernel/operator-error'
import { listedActivationView } from '../activations/views'
import { customerOf } from './customer-list'
import type { CustomerPageView } from './customer-view'
import { listDevicesOf, listLatestLicensesOf, mapCustomers } from './customers/store'
import { listedLicenses } from './license-page'

const licensesMax = 1000
const devicesMax = 100

/** All that the support desk needs to know about a customer. Throws an `OperatorError` for an unknown address. */
export async function customerPage(db: Queryable, email: string, now: Date): Promise<Static<typeof CustomerPageView>> {
  const licenses = await listLatestLicensesOf(db, email, licensesMax)
  const address = licenses[0]?.address
  const facts = address === undefined ? undefined : (await mapCustomers(db, [address])).get(address)
  if (!facts) throw unknownCustomer(email)
  const ids = licenses.map(({ license }) => license.id)
  const others = new Set(licenses.flatMap(({ license: { ownerName } }) => (ownerName ? [ownerName] : [])))
  others.delete(facts.name ?? '')
  const limits = licenses.map(({ license }) => license.activationLimit)
  return {
    ...customerOf(facts),
    other_names: [...others],
    seats: limits.every((limit) => limit > 0) ? limits.reduce((sum, limit) => sum + limit, 0) : null,
    license_list: await listedLicenses(
      db,
      licenses.map(({ license }) => license),
      now,
    ),
    devices: (await listDevicesOf(db, ids, devicesMax)).map(({ seat, ...license }) =>
      listedActivationView(seat, license),
    ),
  }
}

export const unknownCustomer = (email: string) =>
  new OperatorError(
    message`no licence belongs to "${email}": ${remedy('customer list', { text: email })} finds it by any part of address or name`,
    'not_found',
  )
