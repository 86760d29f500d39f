import { type Static, Type } from '@sinclair/typebox'
import type { License } from '../../../db/schema/licensing'
import type { Queryable, Tx } from '../../database/connection'
import { fieldRef, message, remedy } from '../../kernel/message'
import { OperatorError } from '../../kernel/operator-error'
import { nullable, view } from '../../kernel/view'
import { changeLicense } from '../licenses/change'
import { unknownCustomer } from './customer-page'
import { listLicensesOfOwner } from './store'

/** The new address or name of an owner; absent ones stay. */
export interface OwnerNaming {
  email?: string | undefined
  name?: string | undefined
}

/** The licences that change hands or names. */
export const IdentityChangeView = view('CustomerIdentity', {
  email: Type.String({ description: 'The address afterwards.' }),
  dry_run: Type.Boolean(),
  changed: Type.Array(
    Type.Object({
      license_key: Type.String(),
      product_id: Type.Integer(),
      owner_email_before: nullable(Type.String()),
      owner_email: nullable(Type.String()),
      owner_name_before: nullable(Type.String()),
      owner_name: nullable(Type.String()),
    }),
  ),
})

export interface Renaming {
  license: License
  email: string
  name: string | null
}

/** Plans a new address or name on all licences of a customer. Throws an `OperatorError` if the address is another's. */
export async function planRenaming(
  db: Queryable,
  email: string,
  { email: to, name }: OwnerNaming,
): Promise<Renaming[]> {
  if (to === undefined && name === undefined) {
    throw new OperatorError(
      message`say what to change: ${fieldRef('new_email')} or ${fieldRef('new_name')}`,
      'invalid_input',
    )
  }
  const licenses = await requireOwned(db, email)
  if (to !== undefined) {
    requireEmail(to)
    const held = await listLicensesOfOwner(db, to, undefined)
    if (held.length && !isSame(to, email)) {
      throw new OperatorError(
        message`${to} has licences already: ${remedy('customer merge', { email, into: to })} makes one customer of the two`,
      )
    }
  }
  return planFor(licenses, { email: to, name })
}

/** Plans the move of all licences of one customer to another, whose address and name they get. */
export async function planMerge(db: Queryable, email: string, into: string): Promise<Renaming[]> {
  if (isSame(email, into)) {
    throw new OperatorError(
      message`${fieldRef('into', into)} is the address itself: name another customer`,
      'invalid_input',
    )
  }
  const licenses = await requireOwned(db, email)
  const theirs = (await requireOwned(db, into)).reverse()
  const name = theirs.find(({ ownerName }) => ownerName)?.ownerName ?? undefined
  return planFor(licenses, { email: theirs[0]!.ownerEmail!, name })
}

/** Writes what was planned: a row in the audit log for each licence, and its events. */
export async function renameOwner(tx: Tx, plan: readonly Renaming[], now: Date) {
  for (const { license, email, name } of plan) {
    await changeLicense(tx, license, { owner_email: email, owner_name: name ?? '', now })
  }
}

export const describeRenaming = (plan: readonly Renaming[]): Static<typeof IdentityChangeView>['changed'] =>
  plan.map(({ license, email, name }) => ({
    license_key: license.licenseKey,
    product_id: license.productId,
    owner_email_before: license.ownerEmail,
    owner_email: email,
    owner_name_before: license.ownerName,
    owner_name: name,
  }))

const planFor = (licenses: readonly License[], { email, name }: OwnerNaming) =>
  licenses
    .map((license) => ({ license, email: email ?? license.ownerEmail!, name: name ?? license.ownerName }))
    .filter(
      ({ license, email: address, name: called }) => address !== license.ownerEmail || called !== license.ownerName,
    )

async function requireOwned(db: Queryable, email: string): Promise<License[]> {
  const licenses = await listLicensesOfOwner(db, email, undefined)
  if (licenses.length) return licenses
  throw unknownCustomer(email)
}

function requireEmail(text: string) {
  if (!/^\S+@\S+$/.test(text)) {
    throw new OperatorError(message`${fieldRef('new_email', text)} is no e-mail address`, 'invalid_input')
  }
}

const isSame = (a: string, b: string) => a.toLowerCase() === b.toLowerCase()
