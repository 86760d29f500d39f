import { type Static, type TObject, type TProperties, Type } from '@sinclair/typebox'
import type { License } from '../../db/schema/licensing'
import type { Queryable } from '../database/connection'
import { blockPlan, type ChangePlan, extensionPlan, revocationPlan, unblockPlan } from '../features/licenses/operator'
import { productReference } from '../features/products/model'
import {
  CustomerChangeView,
  changeForCustomer,
  describeCustomerPlan,
  type OwnerFilter,
  planForCustomer,
} from '../features/support/customer-licenses'
import { addressOf, customerReference } from '../features/support/customer-reference'
import { text, toggle } from '../intake/model'
import { counted } from '../kernel/counted'
import { OperatorError } from '../kernel/operator-error'
import { minute, table } from './lines'
import { type Computed, type Declared, operation } from './operation'
import { type ProductNames, productCell, productIdsIn } from './product-names'

const Filter = {
  email: customerReference(),
  product: Type.Optional(productReference('Only licences of this product: its id, uuid, slug or name.')),
  dry_run: Type.Optional(toggle({ description: 'Only report what would change.' })),
}
const reason = Type.Optional(text({ maxLength: 1024, description: 'The reason, for operators only.' }))

/** The fields of these operations; each takes some of them. */
interface Given extends OwnerFilter {
  dry_run?: boolean
  reason?: string
  by?: string
}

type Described = Static<typeof CustomerChangeView>

interface Change<Verb extends 'block' | 'unblock' | 'revoke' | 'extend', Fields extends TProperties> {
  verb: Verb
  bare?: readonly string[]
  summary: string
  fields: Fields
  plan(license: License, input: Given, now: Date): ChangePlan
  /** The effect of the change, for the confirmation; absent if it takes nothing away. */
  warning?: string
}

type CustomerInput<Fields extends TProperties> = Computed<Static<TObject<typeof Filter>> & Static<TObject<Fields>>>

/** An operation that changes every licence of one customer in one write, each as the command for one licence does. */
function customerChange<const Verb extends 'block' | 'unblock' | 'revoke' | 'extend', Fields extends TProperties>({
  verb,
  plan,
  warning,
  fields,
  ...declared
}: Change<Verb, Fields>): Declared<CustomerInput<Fields>, typeof CustomerChangeView, `POST /customers/:email/${Verb}`> {
  const planAll = (db: Queryable, input: Given, now: Date) =>
    planForCustomer(db, input, (license) => plan(license, input, now))
  return operation({
    ...declared,
    command: `customer ${verb}`,
    route: `POST /customers/:email/${verb}` as const,
    role: 'operator',
    input: Type.Object({ ...Filter, ...fields }) as unknown as CustomerInput<Fields>,
    output: CustomerChangeView,
    async run({ db, now }, given) {
      const input = await resolved(db.read, given as unknown as Given)
      const { email, dry_run = false } = input
      if (dry_run) return { email, dry_run, ...describeCustomerPlan(await planAll(db.read, input, now), now) }
      return db.write(async (tx) => {
        const plans = await planAll(tx, input, now)
        await changeForCustomer(tx, plans)
        return { email, dry_run, ...describeCustomerPlan(plans, now) }
      })
    },
    productIds: ({ changed }) => productIdsIn(changed),
    show: linesOf,
    ...(warning && {
      async loses(given, { db, now }) {
        const input = await resolved(db.read, given as unknown as Given)
        if (input.dry_run) return ''
        const { changed } = describeCustomerPlan(await planAll(db.read, input, now), now)
        return changed.length ? `${questionOf(changed, input.email)} ${warning}` : ''
      },
    }),
  })
}

const resolved = async (db: Queryable, given: Given) => ({ ...given, email: await addressOf(db, given.email) })

const keysInQuestion = 10

function questionOf(changed: Described['changed'], email: string) {
  const first = changed.slice(0, keysInQuestion)
  const states = first.map(({ license_key, state_before, state }) => `"${license_key}" ${state_before} → ${state}`)
  const more = changed.length > keysInQuestion ? `, and ${changed.length - keysInQuestion} more` : ''
  const devices = changed.reduce((sum, { seats_taken }) => sum + seats_taken, 0)
  return `This changes ${counted(changed.length, 'licence')} of ${email}: ${states.join(', ')}${more}. ${devices ? `Their ${counted(devices, 'device')} will be refused.` : 'No device uses them.'}`
}

const linesOf = ({ email, dry_run, changed, unchanged }: Described, productNames?: ProductNames) => [
  `${counted(changed.length, 'licence')} of ${email} ${dry_run ? 'would change' : changed.length === 1 ? 'is changed' : 'are changed'}.`,
  ...(changed.length
    ? table(
        ['LICENCE KEY', 'PRODUCT', 'DEVICES', 'STATE', 'ENDS (UTC)'],
        changed.map((each) => [
          each.license_key,
          productCell(each, productNames),
          String(each.seats_taken),
          arrow(each.state_before, each.state),
          arrow(endOf(each.expires_at_before), endOf(each.expires_at)),
        ]),
        '',
      )
    : []),
  ...unchanged.map(({ reason: why }) => `Unchanged: ${why}.`),
]

const arrow = (before: string, after: string) => (before === after ? after : `${before} → ${after}`)
const endOf = (moment: string | null) => (moment ? minute(moment) : 'never')

const block = customerChange({
  verb: 'block',
  summary: 'block all licences of a customer, for example after a chargeback, until "unblock"',
  fields: { reason },
  plan: (license, { reason }, now) => blockPlan(license, { reason, now }),
  warning: '"latchkey customer unblock" undoes it.',
})

const unblock = customerChange({
  verb: 'unblock',
  summary: 'unblock all licences of a customer; each returns to its earlier state',
  fields: {
    reason: Type.Optional(text({ maxLength: 1024, description: 'Only licences blocked with this reason.' })),
  },
  plan(license, input, now) {
    const planned = unblockPlan(license, now)
    const { blockReason, licenseKey } = license
    if (input.reason === undefined || input.reason === blockReason) return planned
    const why = blockReason ? `for another reason, "${blockReason}"` : 'without a reason'
    throw new OperatorError(`licence key "${licenseKey}" was blocked ${why}`)
  },
})

const revoke = customerChange({
  verb: 'revoke',
  summary: 'permanently block all licences of a customer, for example after a refund, and notify their devices',
  fields: { reason },
  plan: (license, { reason }, now) => revocationPlan(license, { reason, now }),
  warning: 'This is for good: no command unblocks them.',
})

const extend = customerChange({
  verb: 'extend',
  bare: ['by'],
  summary: 'extend all licences of a customer, from their end, or from now if they have ended',
  fields: { by: text({ maxLength: 10, description: 'The extension, in days or weeks: 30d or 4w.' }) },
  plan: (license, { by }, now) => extensionPlan(license, by!, now),
})

/** Operations on all licences of one customer. */
export const customerLicenses = [block, unblock, revoke, extend]
