import type { Product } from '../../db/schema/catalog'
import { licenseMeta, licenses } from '../../db/schema/licensing'
import type { Queryable, Tx } from '../database/connection'
import { countContractKeys } from '../features/contracts/keys/store'
import { findContract } from '../features/contracts/store'
import { counted } from '../kernel/counted'
import { OperatorError } from '../kernel/operator-error'
import { licenseFeaturesOf } from './features'
import type { ImportContext } from './import-context'
import { type KnownLicense, knownLicenses, requireSame, seatsToAdd } from './known-license'
import { type Draft, draftOf } from './license-line'
import { refusedBy } from './problems'
import { contractIdOf, generatorIdOf, productOf } from './references'
import type { SeatLine } from './seats'
import { insertMany, insertSeats, withIds } from './store'
import type { LineFields, Verdict } from './table'

/** What a line wants: a licence that is new, or seats for one that is there or that a line before it makes. */
type Wanted = { license: KnownLicense; isNew: boolean; seats: SeatLine[] }

/** Puts licences in, in as few statements as their number allows. */
export async function putLicenses(tx: Tx, lines: LineFields[], context: ImportContext): Promise<Verdict[]> {
  const known = await knownLicenses(
    tx,
    lines.map(({ license_key }) => license_key),
  )
  const quotas: Quotas = new Map()
  const wanted: (Wanted | Verdict)[] = []
  for (const fields of lines) {
    try {
      const draft = await drawUp(tx, fields, context)
      const there = known.get(fields.license_key)
      if (there) wanted.push(addTo(there, draft, { fields, context }))
      else {
        await takeFromQuota(tx, draft.row.contractId, quotas)
        for (const remark of draft.remarks) context.remarks.set(remark, (context.remarks.get(remark) ?? 0) + 1)
        const license = { license: draft.row, meta: draft.meta, seats: [...draft.seats] }
        known.set(fields.license_key, license)
        wanted.push({ license, isNew: true, seats: draft.seats })
      }
    } catch (error) {
      wanted.push(refusedBy(error))
    }
  }
  return make(tx, wanted, { lines, context })
}

/** What a line says of a key that is known already; its new seats count for the lines after it. */
function addTo(
  license: KnownLicense,
  draft: Draft,
  { fields, context }: { fields: LineFields; context: ImportContext },
): Wanted {
  requireSame(license, fields, draft)
  const seats = seatsToAdd(license, fields, context)
  license.seats.push(...seats)
  return { license, isNew: false, seats }
}

async function drawUp(tx: Tx, fields: LineFields, context: ImportContext): Promise<Draft> {
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

/** A contract's keys stay within its quota (CONTRACT §4). */
async function takeFromQuota(tx: Queryable, contractId: number | null, left: Quotas) {
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

interface Making {
  lines: LineFields[]
  context: ImportContext
}

/** Writes all that these lines want; a verdict for each. */
async function make(tx: Tx, wanted: (Wanted | Verdict)[], { lines, context }: Making): Promise<Verdict[]> {
  const fresh = wanted.filter(isWanted).filter(({ isNew }) => isNew)
  const rows = await withIds(
    tx,
    licenses,
    fresh.map(({ license }) => license.license),
  )
  for (const [i, { license }] of fresh.entries()) license.license.id = rows[i]!.id
  await insertMany(tx, licenses, rows)
  await insertMany(
    tx,
    licenseMeta,
    fresh.flatMap(({ license }) => license.meta.map(({ key, value }) => ({ licenseId: idOf(license), key, value }))),
  )
  const seats = wanted
    .filter(isWanted)
    .flatMap(({ license, seats }) => seats.map((seat) => ({ ...seat, licenseId: idOf(license) })))
  const seatIds = await insertSeats(tx, seats)
  let taken = 0
  return wanted.map((each, at) => {
    if (!isWanted(each)) return each
    context.idMap.note('licenses', lines[at]!.id, idOf(each.license))
    const ids = seatIds.slice(taken, taken + each.seats.length)
    taken += each.seats.length
    if (each.isNew) return { made: idOf(each.license) }
    return ids.length ? { added: { subject: 'activation', ids } } : 'there'
  })
}

const isWanted = (each: Wanted | Verdict): each is Wanted => typeof each === 'object' && 'isNew' in each
const idOf = ({ license }: KnownLicense) => license.id!
