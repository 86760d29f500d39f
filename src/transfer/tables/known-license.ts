import type { License } from '../../../db/schema/licensing'
import type { Queryable } from '../../database/connection'
import { expiryOf } from '../../features/licenses/policy'
import { dayMs } from '../../kernel/durations'
import { OperatorError } from '../../kernel/operator-error'
import { written } from './contradictions'
import { differenceOf } from './difference'
import type { ImportContext } from './import-context'
import { type Draft, requireSeats } from './license-line'
import { type MetaLine, metaDifference } from './meta'
import { isSameSeat, type SeatLine, seatFieldsOf, seatOf } from './seats'
import { listLicenseMetaOf, listLicensesByKey, listSeatsOf } from './store'
import type { LineFields } from './table'

/** A licence that exists or that an earlier line creates, with its related rows. */
export interface KnownLicense {
  license: Omit<License, 'id'> & { id?: number | undefined }
  meta: MetaLine[]
  seats: SeatLine[]
}

/** The existing licences among these keys, by key. */
export async function knownLicenses(tx: Queryable, keys: string[]): Promise<Map<string, KnownLicense>> {
  const known = await listLicensesByKey(tx, keys)
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

/** Refuses a line that differs from the existing licence. Fields the line leaves out are not compared. */
export function requireSame({ license, meta }: KnownLicense, fields: LineFields, { row, meta: saidMeta }: Draft) {
  const isStock = row.status === 'available' || row.status === 'reserved'
  const difference =
    differenceOf(license, {
      productId: row.productId,
      ownerName: fields.owner_name,
      ownerEmail: fields.owner_email,
      activationLimit: fields.activation_limit,
      validity: fields.expires_at === undefined ? fields.validity : undefined,
      status: fields.status && row.status,
      assignedAt: isStock ? undefined : fields.assigned_at,
      revokedAt: fields.revoked_at,
      blockReason: fields.block_reason,
      blockedFrom: fields.blocked_from,
      replacedBy: fields.replaced_by,
      contractId: fields.contract && row.contractId,
      generatorId: fields.generator && row.generatorId,
      withheld: fields.withheld,
      features: fields.features && row.features,
      createdAt: fields.created_at,
    }) ??
    endDifference(license, fields.expires_at) ??
    metaDifference(meta, saidMeta)
  if (difference) throw new OperatorError(`the key exists already, and ${difference}`)
}

/** Why a licence does not end on that day (it lasts for whole days); null means never. */
function endDifference(license: KnownLicense['license'], said: Date | null | undefined): string | undefined {
  if (said === undefined) return undefined
  const here = expiryOf(license)
  if (said === null ? !here : here && Math.abs(here.getTime() - said.getTime()) < dayMs) return undefined
  return `its end is ${here ? written(here) : 'never'} here, not ${said ? written(said) : 'never'}`
}

/** The seats a line adds to an existing licence, within its limit: those of devices that never held one. */
export function seatsToAdd(
  { license, seats }: KnownLicense,
  fields: LineFields,
  { importOptions, dateFormats, now }: ImportContext,
): SeatLine[] {
  const added: SeatLine[] = []
  for (const seat of seatFieldsOf(fields.activations, dateFormats)) {
    const said = seatOf(seat, license.assignedAt ?? now)
    if ([...seats, ...added].some((held) => isSameSeat(held, seat, said))) continue
    requireFree(license, seats, said)
    added.push(said)
  }
  if (added.length && !importOptions.keepsSeats) requireSeats(license, [...seats, ...added])
  return added
}

function requireFree({ status }: KnownLicense['license'], seats: SeatLine[], said: SeatLine) {
  const device = `device "${said.identifier}"`
  if (status === 'available' || status === 'reserved') {
    throw new OperatorError(
      `the key exists already and is ${status} here: a licence in stock has no ${device}; assign it first`,
    )
  }
  const held = seats.find((seat) => seat.identifier === said.identifier && !seat.deactivatedAt)
  if (held && !said.deactivatedAt) {
    throw new OperatorError(`the key exists already, and ${device} holds a seat here that it took at another time`)
  }
  if (held)
    throw new OperatorError(`the key exists already, and ${device} holds its seat here, which the line says it left`)
}
