import { Type } from '@sinclair/typebox'
import { type License, licenseMeta } from '../../../db/schema/licensing'
import type { Queryable } from '../../database/connection'
import { text, textLengthMax } from '../../intake/model'
import { parseId } from '../../kernel/ids'
import { OperatorError } from '../../kernel/operator-error'
import type { ImportContext } from './import-context'
import { requireSeats } from './license-line'
import { problemOf, refusedBy, refusedFor } from './problems'
import { isSameSeat, type SeatLine, seatModel, seatOf } from './seats'
import { insertMany, insertSeats, listLicenseMetaOf, listLicensesById, listLicensesByKey, listSeatsOf } from './store'
import type { LineFields, Table, Verdict } from './table'

const license = text({ aliases: ['license_id', 'license_key_id', 'license_key', 'licence', 'licence_key'] })
const ignored = ['created_at', 'updated_at', 'deleted_at', 'uuid']

/** Devices of licences, from a table of their own. */
export const activationsTable: Table = {
  name: 'activations',
  subject: 'activation',
  model: Type.Object({ ...seatModel.properties, license }),
  spellings: { device: 'identifier', domain: 'identifier', hardware_id: 'identifier', ip_address: 'ip' },
  ignored: ['uuid', 'product_version', 'os', 'deleted_at'],
  async put(tx, lines, context) {
    const owners = await licensesOf(tx, lines, context)
    const held = new Map<number, SeatLine[]>(
      Map.groupBy(await listSeatsOf(tx, [...owners.ids]), ({ licenseId }) => licenseId),
    )
    const drafts: { at: number; seat: SeatLine & { licenseId: number } }[] = []
    const verdicts = lines.map((fields, at): Verdict => {
      try {
        const owner = owners.of(fields)
        const seats: SeatLine[] = held.get(owner.id) ?? []
        const seat = seatOf(fields, owner.assignedAt ?? context.now)
        if (seats.some((here) => isSameSeat(here, fields, seat))) return 'there'
        requireSold(owner, seat)
        requireRoom(owner, seats, { seat, mayOverflow: context.importOptions.keepsSeats })
        held.set(owner.id, [...seats, seat])
        drafts.push({ at, seat: { ...seat, licenseId: owner.id } })
        return { made: 0 }
      } catch (error) {
        return refusedBy(error)
      }
    })
    const ids = await insertSeats(
      tx,
      drafts.map(({ seat }) => seat),
    )
    for (const [i, { at }] of drafts.entries()) verdicts[at] = { made: ids[i]! }
    return verdicts
  },
}

/** Metadata of licences, from a table of its own. */
export const licenseMetaTable: Table = {
  name: 'license_meta',
  subject: 'license-meta',
  model: Type.Object({
    license,
    key: text({ maxLength: 255, aliases: ['meta_key'] }),
    value: text({ maxLength: textLengthMax, aliases: ['meta_value'] }),
  }),
  ignored: ['id', ...ignored],
  async put(tx, lines, context) {
    const owners = await licensesOf(tx, lines, context)
    const kept = new Map(
      (await listLicenseMetaOf(tx, [...owners.ids])).map(({ licenseId, key, value }) => [`${licenseId} ${key}`, value]),
    )
    const drafts: (typeof licenseMeta.$inferInsert)[] = []
    const verdicts = lines.map((fields): Verdict => {
      const owner = owners.find(fields)
      if (!owner) return refusedFor([problemOf(unknownLicense(fields))])
      const { key, value } = fields as { key: string; value: string }
      const here = kept.get(`${owner.id} ${key}`)
      if (here === value) return 'there'
      if (here !== undefined)
        return refusedFor([problemOf(`the licence has metadata "${key}" already, and it is another`)])
      kept.set(`${owner.id} ${key}`, value)
      drafts.push({ licenseId: owner.id, key, value })
      return { made: owner.id }
    })
    await insertMany(tx, licenseMeta, drafts)
    return verdicts
  },
}

/** The licences that lines refer to, by the files' ids or by key. */
async function licensesOf(tx: Queryable, lines: LineFields[], { idMap, carried }: ImportContext) {
  const linked = lines.map((fields) => idMap.find('licenses', fields.license))
  const byId = new Map<number, License>()
  const byKey = new Map<string, License>()
  const ids = new Set(linked.filter((id) => id !== undefined))
  for (const row of await listLicensesById(tx, [...ids])) byId.set(row.id, row)
  const names = lines.map((fields) => fields.license as string)
  for (const row of await listLicensesByKey(tx, names)) byKey.set(row.licenseKey, row)
  // Without licences in the files, an id is one of ours.
  if (!carried.has('licenses')) {
    const numbers = names.map(parseId).filter((id) => id !== undefined)
    for (const row of await listLicensesById(tx, numbers)) byKey.set(String(row.id), byKey.get(String(row.id)) ?? row)
  }
  const find = ({ license }: LineFields) => byId.get(idMap.find('licenses', license) ?? 0) ?? byKey.get(license)
  return {
    ids: new Set([...byId.values(), ...byKey.values()].map(({ id }) => id)),
    find,
    of(fields: LineFields): License {
      const found = find(fields)
      if (!found) throw new OperatorError(unknownLicense(fields))
      return found
    },
  }
}

const unknownLicense = ({ license }: LineFields) => `there is no licence "${license}": import it first`

interface Wanted {
  seat: SeatLine
  mayOverflow: boolean
}

/** An available licence has no devices: such a line means another licence, or this one was sold. */
function requireSold({ licenseKey, status }: License, { identifier }: SeatLine) {
  if (status === 'available' || status === 'reserved') {
    throw new OperatorError(
      `licence "${licenseKey}" is ${status}, and device "${identifier}" shows that it was sold: import it as assigned`,
    )
  }
}

/** Refuses a second seat of a device on a licence, and more seats than the licence's limit. */
function requireRoom(license: License, seats: SeatLine[], { seat, mayOverflow }: Wanted) {
  if (seat.deactivatedAt) return
  const holds = seats.some(({ identifier, deactivatedAt }) => identifier === seat.identifier && !deactivatedAt)
  if (holds)
    throw new OperatorError(
      `device "${seat.identifier}" holds a seat on "${license.licenseKey}" already, taken at another time`,
    )
  if (!mayOverflow) requireSeats(license, [...seats, seat])
}
