import type { Product } from '../../db/schema/catalog'
import { type License, licenseMeta, licenses } from '../../db/schema/licensing'
import type { Queryable } from '../database/connection'
import type { SeenActivation } from '../features/activations/store'
import { countContractKeys, findContract } from '../features/contracts/store'
import { Sorry } from '../kernel/sorry'
import { differenceOf } from './difference'
import type { Journey } from './journey'
import { type Draft, draftOf, featuresOf, licenseModel } from './license-line'
import { metaDifference } from './meta'
import { contractIdOf, generatorIdOf, productOf } from './references'
import { isSameSeat, seatFieldsOf, seatOf } from './seats'
import { everyRow, insertMany, insertSeats, listLicenseMetaOf, listLicensesByKey, listSeatsOf, withIds } from './store'
import type { Fields, Table, Verdict } from './table'

/** Licences, with their metadata and the devices that hold or held seats on them. */
export const licensesTable: Table = {
  name: 'licenses',
  subject: 'license',
  model: licenseModel,
  nested: ['activations', 'meta_data', 'features'],
  spellings: {
    key: 'license_key',
    license: 'license_key',
    licence: 'license_key',
    licence_key: 'license_key',
    serial: 'license_key',
    serial_key: 'license_key',
    serial_number: 'license_key',
    product_name: 'product',
    name: 'owner_name',
    customer: 'owner_name',
    owner: 'owner_name',
    customer_name: 'owner_name',
    email: 'owner_email',
    customer_email: 'owner_email',
    limit: 'activation_limit',
    activations_limit: 'activation_limit',
    max_activations: 'activation_limit',
    max_devices: 'activation_limit',
    days: 'validity',
    valid_days: 'validity',
    validity_in_days: 'validity',
    state: 'status',
    sold_at: 'assigned_at',
    purchased_at: 'assigned_at',
    issued_at: 'assigned_at',
    expires: 'expires_at',
    expiry: 'expires_at',
    expiry_date: 'expires_at',
    expiration_date: 'expires_at',
    valid_until: 'expires_at',
    created: 'created_at',
    updated: 'updated_at',
    identifier: 'activations',
    identifiers: 'activations',
    hardware_id: 'activations',
    hwid: 'activations',
    domain: 'activations',
    domains: 'activations',
    devices: 'activations',
    meta: 'meta_data',
    metadata: 'meta_data',
    feature_flags: 'features',
  },
  ignored: ['uuid', 'customer_id', 'environment', 'source', 'deleted_at'],
  put,
  async *rows(db) {
    for await (const page of everyRow(db, licenses)) {
      const ids = page.map(({ id }) => id)
      const meta = Map.groupBy(await listLicenseMetaOf(db, ids), ({ licenseId }) => licenseId)
      const seats = Map.groupBy(await listSeatsOf(db, ids), ({ licenseId }) => licenseId)
      for (const license of page) yield lineOf(license, meta.get(license.id) ?? [], seats.get(license.id) ?? [])
    }
  },
}

async function put(tx: Queryable, lines: Fields[], journey: Journey): Promise<Verdict[]> {
  const known = await listLicensesByKey(
    tx,
    lines.map(({ license_key }) => license_key),
  )
  const here = await withDetails(tx, known)
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
    ? await put(
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
    features: featuresOf(fields.features) ?? defaultsOf(product),
  }
  return draftOf(fields, meant, journey)
}

const defaultsOf = ({ features }: Product) =>
  Object.fromEntries(features.map((feature) => [feature.key, feature.default]))

type Here = { license: License; meta: { key: string; value: string }[]; seats: SeenActivation[] }

async function withDetails(tx: Queryable, known: License[]): Promise<Map<string, Here>> {
  if (!known.length) return new Map()
  const ids = known.map(({ id }) => id)
  const meta = Map.groupBy(await listLicenseMetaOf(tx, ids), ({ licenseId }) => licenseId)
  const seats = Map.groupBy(await listSeatsOf(tx, ids), ({ licenseId }) => licenseId)
  return new Map(
    known.map((license) => [
      license.licenseKey,
      { license, meta: meta.get(license.id) ?? [], seats: seats.get(license.id) ?? [] },
    ]),
  )
}

/** Whether all that a line says of a key is so here. */
function compare({ license, meta, seats }: Here, fields: Fields, { row, meta: saidMeta }: Draft): Verdict {
  const isStock = row.status === 'available' || row.status === 'reserved'
  const difference =
    differenceOf(license, {
      productId: row.productId,
      ownerName: fields.owner_name,
      ownerEmail: fields.owner_email,
      activationLimit: fields.activation_limit,
      validity: fields.validity ?? (fields.expires_at && row.validity),
      status: fields.status && row.status,
      assignedAt: isStock ? undefined : fields.assigned_at,
      revokedAt: fields.revoked_at,
      contractId: fields.contract && row.contractId,
      generatorId: fields.generator && row.generatorId,
      features: fields.features && row.features,
      createdAt: fields.created_at ?? undefined,
    }) ?? metaDifference(meta, saidMeta)
  if (difference) return { refused: `the key exists already, and ${difference}` }
  for (const seat of seatFieldsOf(fields.activations)) {
    const said = seatOf(seat, license.assignedAt ?? license.createdAt)
    if (!seats.some((held) => isSameSeat(held, seat, said))) {
      return { refused: `the key exists already, and device "${said.identifier}" has no such seat here` }
    }
  }
  return 'there'
}

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

const lineOf = (license: License, meta: Here['meta'], seats: Here['seats']) => ({
  id: license.id,
  product_id: license.productId,
  license_key: license.licenseKey,
  owner_name: license.ownerName,
  owner_email: license.ownerEmail,
  activation_limit: license.activationLimit,
  validity: license.validity,
  assigned_at: license.assignedAt,
  status: license.status,
  revoked_at: license.revokedAt,
  contract_id: license.contractId,
  generator_id: license.generatorId,
  features: license.features,
  created_at: license.createdAt,
  updated_at: license.updatedAt,
  meta_data: meta.map(({ key, value }) => ({ key, value })),
  activations: seats.map((seat) => ({
    id: seat.id,
    identifier: seat.identifier,
    post_url: seat.postUrl,
    ip: seat.ip,
    user_agent: seat.userAgent,
    activated_at: seat.activatedAt,
    deactivated_at: seat.deactivatedAt,
    last_verified_at: seat.lastVerifiedAt,
  })),
})
