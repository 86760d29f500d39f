import type { Product } from '../../../db/schema/catalog'
import { licenseMeta, licenses } from '../../../db/schema/licensing'
import type { Queryable, Tx } from '../../database/connection'
import { countContractKeys, findContract } from '../../features/contracts/service'
import { counted } from '../../kernel/counted'
import { OperatorError } from '../../kernel/operator-error'
import { licenseFeaturesOf } from './features'
import type { ImportContext } from './import-context'
import { type KnownLicense, knownLicenses, requireSame, seatsToAdd } from './known-license'
import { type Draft, draftOf } from './license-line'
import { refusedBy } from './problems'
import { contractIdOf, generatorIdOf, productOf } from './references'
import type { SeatLine } from './seats'
import { insertMany, insertSeats, withIds } from './store'
import type { LineFields, Verdict } from './table'

/** What one line will write: a new licence with its seats, or seats of a licence that exists or an earlier line creates. */
type LicensePlan = { license: KnownLicense; isNew: boolean; seats: SeatLine[] }

/**
 * Imports lines of the table `licenses`: plans each line, then writes all plans with one statement per table. Returns a
 * verdict for each line, in their order.
 */
export async function putLicenses(tx: Tx, lines: LineFields[], context: ImportContext): Promise<Verdict[]> {
  const known = await knownLicenses(
    tx,
    lines.map(({ license_key }) => license_key),
  )
  const quotas: Quotas = new Map()
  const plans: (LicensePlan | Verdict)[] = []
  for (const fields of lines) {
    try {
      const draft = await draftFrom(tx, fields, context)
      const existing = known.get(fields.license_key)
      if (existing) plans.push(planSeats(existing, draft, { fields, context }))
      else {
        await reserveQuota(tx, draft.row.contractId, quotas)
        for (const remark of draft.remarks) context.remarks.set(remark, (context.remarks.get(remark) ?? 0) + 1)
        const license = { license: draft.row, meta: draft.meta, seats: [...draft.seats] }
        known.set(fields.license_key, license)
        plans.push({ license, isNew: true, seats: draft.seats })
      }
    } catch (error) {
      plans.push(refusedBy(error))
    }
  }
  return writePlans(tx, plans, { lines, context })
}

/** Plans the seats a line adds to a known licence; the lines after it see them. */
function planSeats(
  license: KnownLicense,
  draft: Draft,
  { fields, context }: { fields: LineFields; context: ImportContext },
): LicensePlan {
  requireSame(license, fields, draft)
  const seats = seatsToAdd(license, fields, context)
  license.seats.push(...seats)
  return { license, isNew: false, seats }
}

async function draftFrom(tx: Tx, fields: LineFields, context: ImportContext): Promise<Draft> {
  const product = await productOf(tx, fields.product, context)
  const { contract, generator } = fields
  const meant = {
    productId: product.id,
    contractId: contract ? await contractIdOf(tx, contract, context) : null,
    generatorId: generator ? await generatorIdOf(tx, generator, context) : null,
    features: licenseFeaturesOf(fields.features) ?? defaultsOf(product),
  }
  return draftOf(fields, meant, context)
}

const defaultsOf = ({ features }: Product) =>
  Object.fromEntries(features.map((feature) => [feature.key, feature.default]))

type Quotas = Map<number, number>

/** Takes one key of the contract's quota (CONTRACT §4); `left` holds what earlier lines of this batch have not taken. */
async function reserveQuota(tx: Queryable, contractId: number | null, left: Quotas) {
  if (contractId === null) return
  const contract = await findContract(tx, String(contractId))
  const quantity = contract!.licenseKeysQuantity
  const free = left.get(contractId) ?? quantity - (await countContractKeys(tx, contractId))
  if (free < 1)
    throw new OperatorError(
      `contract "${contract!.name}" has all its ${counted(quantity, 'key')}: raise its quantity first`,
    )
  left.set(contractId, free - 1)
}

interface PlannedLines {
  lines: LineFields[]
  context: ImportContext
}

/** Writes all plans. Returns a verdict for each line. */
async function writePlans(
  tx: Tx,
  plans: (LicensePlan | Verdict)[],
  { lines, context }: PlannedLines,
): Promise<Verdict[]> {
  const created = plans.filter(isPlan).filter(({ isNew }) => isNew)
  const rows = await withIds(
    tx,
    licenses,
    created.map(({ license }) => license.license),
  )
  for (const [i, { license }] of created.entries()) license.license.id = rows[i]!.id
  await insertMany(tx, licenses, rows)
  await insertMany(
    tx,
    licenseMeta,
    created.flatMap(({ license }) => license.meta.map(({ key, value }) => ({ licenseId: idOf(license), key, value }))),
  )
  const seats = plans
    .filter(isPlan)
    .flatMap(({ license, seats }) => seats.map((seat) => ({ ...seat, licenseId: idOf(license) })))
  const seatIds = await insertSeats(tx, seats)
  let taken = 0
  return plans.map((each, at) => {
    if (!isPlan(each)) return each
    context.idMap.note('licenses', lines[at]!.id, idOf(each.license))
    const ids = seatIds.slice(taken, taken + each.seats.length)
    taken += each.seats.length
    if (each.isNew) return { made: idOf(each.license) }
    return ids.length ? { added: { subject: 'activation', ids } } : 'there'
  })
}

const isPlan = (each: LicensePlan | Verdict): each is LicensePlan => typeof each === 'object' && 'isNew' in each
const idOf = ({ license }: KnownLicense) => license.id!
