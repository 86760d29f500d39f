import { type Static, Type } from '@sinclair/typebox'
import type { Queryable } from '../database/connection'
import {
  describeRenaming,
  IdentityChangeView,
  planMerge,
  planRenaming,
  type Renaming,
  renameOwner,
} from '../features/support/customer-identity'
import { addressOf, customerReference } from '../features/support/customer-reference'
import { text, toggle } from '../intake/model'
import { counted } from '../kernel/counted'
import { table } from './lines'
import { type OperationContext, operation } from './operation'
import { type ProductNames, productCell, productIdsIn } from './product-names'

const email = customerReference()
const dry_run = Type.Optional(toggle({ description: 'Only report what would change.' }))

const rename = operation({
  command: 'customer rename',
  route: 'POST /customers/:email/rename',
  role: 'operator',
  summary: 'change the address or name of a customer on all their licences',
  input: Type.Object({
    email,
    new_email: Type.Optional(text({ maxLength: 255, description: 'The new e-mail address.' })),
    new_name: Type.Optional(text({ maxLength: 255, description: 'The new name.' })),
    dry_run,
  }),
  output: IdentityChangeView,
  async run(context, { email: reference, new_email, new_name, dry_run: isTrial = false }) {
    const old = await addressOf(context.db.read, reference)
    const identity = { email: new_email, name: new_name }
    const changed = await changedBy(context, isTrial, (db) => planRenaming(db, old, identity))
    return { email: new_email ?? old, dry_run: isTrial, changed }
  },
  productIds: ({ changed }) => productIdsIn(changed),
  show: linesOf,
})

const merge = operation({
  command: 'customer merge',
  route: 'POST /customers/:email/merge',
  bare: ['into'],
  role: 'operator',
  summary: 'give all licences of a customer to another, for example where one person used two addresses',
  input: Type.Object({
    email,
    into: customerReference('The customer who gets them: the e-mail address, or "id:" and the id of a licence.'),
    dry_run,
  }),
  output: IdentityChangeView,
  async loses(given, { db }) {
    if (given.dry_run) return ''
    const [from, into] = await namesOf(db.read, given)
    const plan = await planMerge(db.read, from, into)
    return `This gives ${counted(plan.length, 'licence')} of ${from} to ${into}, with that customer's name. Afterwards only the audit log tells them apart.`
  },
  async run(context, given) {
    const [from, into] = await namesOf(context.db.read, given)
    const isTrial = given.dry_run ?? false
    const changed = await changedBy(context, isTrial, (db) => planMerge(db, from, into))
    return { email: into, dry_run: isTrial, changed }
  },
  productIds: ({ changed }) => productIdsIn(changed),
  show: linesOf,
})

/** What a plan changes; writes it too, unless it is tried out. */
async function changedBy(
  { db, now }: OperationContext,
  isTrial: boolean,
  plan: (db: Queryable) => Promise<Renaming[]>,
) {
  if (isTrial) return describeRenaming(await plan(db.read))
  return db.write(async (tx) => {
    const planned = await plan(tx)
    await renameOwner(tx, planned, now)
    return describeRenaming(planned)
  })
}

const namesOf = async (db: Queryable, { email: from, into }: { email: string; into: string }) =>
  [await addressOf(db, from), await addressOf(db, into)] as const

/** Operations on who a customer is. */
export const customerIdentity = [rename, merge] as const

function linesOf({ email: shown, dry_run: isTrial, changed }: Static<typeof IdentityChangeView>, names?: ProductNames) {
  return [
    `${counted(changed.length, 'licence')} ${isTrial ? 'would change' : changed.length === 1 ? 'is changed' : 'are changed'}; they belong to ${shown}.`,
    ...(changed.length
      ? table(
          ['LICENCE KEY', 'PRODUCT', 'ADDRESS', 'NAME'],
          changed.map((each) => [
            each.license_key,
            productCell(each, names),
            arrow(each.owner_email_before, each.owner_email),
            arrow(each.owner_name_before, each.owner_name),
          ]),
          '',
        )
      : []),
  ]
}

const arrow = (before: string | null, after: string | null) =>
  before === after ? (after ?? '–') : `${before ?? '–'} → ${after ?? '–'}`
