import { type Static, type TObject, Type } from '@sinclair/typebox'
import type { License } from '../../db/schema/licensing'
import type { Queryable, Tx } from '../database/connection'
import { countSeatsTaken } from '../features/activations/service'
import { changeLicense, previewChange } from '../features/licenses/change'
import type { ChangePlan } from '../features/licenses/operator'
import { expiryOf } from '../features/licenses/policy'
import { LicenseSummaryView, licenseView } from '../features/support/license-view'
import { endWords, lossOf } from '../features/support/loss'
import { stateInWords } from '../features/support/state'
import { nullableTimestamp, view } from '../kernel/view'
import { type AdminRouteName, type Operation, operation } from './operation'

interface Change<Input extends TObject, Route extends AdminRouteName> {
  command: Operation['command']
  route: Route
  bare?: readonly string[]
  /** An operator by default. */
  role?: Operation['role']
  summary: string
  input: Input
  help?: string
}

/** A licence after a change, and how its end has moved. */
const ChangedLicenseView = view('ChangedLicense', {
  ...LicenseSummaryView.properties,
  expires_at_before: Type.Optional(
    nullableTimestamp('When it ended before; null for never. Absent where that is as it was.'),
  ),
})

/** An operation on one licence that returns the licence afterwards. */
export function licenseDeed<Input extends TObject, const Route extends AdminRouteName>({
  make,
  ...declared
}: Change<Input, Route> & { make(tx: Tx, input: Static<Input>, now: Date): Promise<License> }) {
  return operation({
    role: 'operator',
    ...declared,
    output: LicenseSummaryView,
    run: ({ db, now }, input) => db.write(async (tx) => summaryOf(tx, await make(tx, input, now), now)),
    show: ({ license_key, summary }) => [`${license_key}: ${summary}.`],
  })
}

/**
 * An operation that changes one licence. If the change ends or shortens the licence or shuts out its devices, it warns
 * first, with before and after. Returns the changed licence and how its end has moved.
 */
export function licenseChange<Input extends TObject, const Route extends AdminRouteName>({
  plan,
  warning,
  ...declared
}: Change<Input, Route> & {
  plan(db: Queryable, input: Static<Input>, now: Date): Promise<ChangePlan>
  /** A warning given for every change. */
  warning?(license: License, seatsTaken: number): string
}) {
  return operation({
    role: 'operator',
    ...declared,
    output: ChangedLicenseView,
    run: ({ db, now }, input) =>
      db.write(async (tx) => {
        const { license: before, changes } = await plan(tx, input, now)
        const after = await changeLicense(tx, before, changes)
        const hasMoved = endWords(before) !== endWords(after)
        return {
          ...(await summaryOf(tx, after, now)),
          ...(hasMoved && { expires_at_before: expiryOf(before)?.toISOString() ?? null }),
        }
      }),
    show: ({ license_key, summary, expires_at, ...rest }) => [
      `${license_key}: ${summary}.`,
      ...(rest.expires_at_before !== undefined
        ? [`It ends ${endOf(rest.expires_at_before)} → ${endOf(expires_at)}.`]
        : []),
    ],
    async loses(input, { db, now }) {
      const { license: before, changes } = await plan(db.read, input, now)
      const taken = await countSeatsTaken(db.read, before.id)
      return warning?.(before, taken) ?? lossOf(before, previewChange(before, changes), taken, now)
    },
  })
}

/** A licence as shown to operators, with a summary in words. */
export async function summaryOf(db: Queryable, license: License, now: Date) {
  const taken = await countSeatsTaken(db, license.id)
  return { ...licenseView(license, taken, now), summary: stateInWords(license, taken, now) }
}

const endOf = (moment: string | null | undefined) => (moment ? `${moment.slice(0, 16)}Z` : 'never')
