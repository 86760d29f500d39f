import type { Product } from '../../db/schema/catalog'
import { licenseMeta, licenses } from '../../db/schema/licensing'
import type { Queryable } from '../database/connection'
import { countContractKeys, findContract } from '../features/contracts/store'
import { Sorry } from '../kernel/sorry'
import { licenseFeaturesOf } from './features'
import type { Journey } from './journey'
import { compare, knownLicenses } from './known-license'
import { type Draft, draftOf } from './license-line'
import { contractIdOf, generatorIdOf, productOf } from './references'
import { insertMany, insertSeats, withIds } from './store'
import type { Fields, Verdict } from './table'

/** Puts licences in, in as few statements as their number allows. */
export async function putLicenses(tx: Queryable, lines: Fields[], journey: Journey): Promise<Verdict[]> {
  const here = await knownLicenses(
    tx,
    lines.map(({ license_key }) => license_key),
  )
  const verdicts: Verdict[] = []
  const drafts = new Map<string, { draft: Draft; at: number }>()
  const repeats: number[] = []
  const quotas: Quotas = new Map()
  for (const [at, fields] of lines.entries()) {
    const met = here.get(fields.license_key)
    if (!met && drafts.has(fields.license_key)) repeats.push(at)
    else
      try {
        const draft = await drawUp(tx, fields, journey)
        if (met) verdicts[at] = compare(met, fields, draft)
        else {
          await takeFromQuota(tx, draft.row.contractId, quotas)
          drafts.set(fields.license_key, { draft, at })
        }
        if (met) journey.links.note('licenses', fields.id, met.license.id)
      } catch (error) {
        if (!(error instanceof Sorry)) throw error
        verdicts[at] = { refused: error.message }
      }
  }
  await make(tx, [...drafts.values()], { verdicts, lines, journey })
  // A key that stands in several of these lines is there when its second one is looked at.
  const again = repeats.length
    ? await putLicenses(
        tx,
        repeats.map((at) => lines[at]!),
        journey,
      )
    : []
  for (const [i, at] of repeats.entries()) verdicts[at] = again[i]!
  return verdicts
}

async function drawUp(tx: Queryable, fields: Fields, journey: Journey): Promise<Draft> {
  const product = await productOf(tx, fields.product, journey)
  const { contract, generator } = fields
  const meant = {
    productId: product.id,
    contractId: contract ? await contractIdOf(tx, contract, journey) : null,
    generatorId: generator ? await generatorIdOf(tx, generator, journey) : null,
    features: licenseFeaturesOf(fields.features) ?? defaultsOf(product),
  }
  return draftOf(fields, meant, journey)
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
  if (free < 1) throw new Sorry(`contract "${contract!.name}" has all its ${quantity} keys: raise its quantity first`)
  left.set(contractId, free - 1)
}

interface Making {
  verdicts: Verdict[]
  lines: Fields[]
  journey: Journey
}

async function make(tx: Queryable, drafts: { draft: Draft; at: number }[], { verdicts, lines, journey }: Making) {
  const rows = await withIds(
    tx,
    licenses,
    drafts.map(({ draft }) => draft.row),
  )
  await insertMany(tx, licenses, rows)
  await insertMany(
    tx,
    licenseMeta,
    drafts.flatMap(({ draft }, i) => draft.meta.map((pair) => ({ licenseId: rows[i]!.id, ...pair }))),
  )
  const seats = drafts.flatMap(({ draft }, i) => draft.seats.map((seat) => ({ ...seat, licenseId: rows[i]!.id })))
  await insertSeats(tx, seats)
  for (const [i, { at }] of drafts.entries()) {
    verdicts[at] = { made: rows[i]!.id }
    journey.links.note('licenses', lines[at]!.id, rows[i]!.id)
  }
}
