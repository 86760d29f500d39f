import { Type } from '@sinclair/typebox'
import type { License } from '../../db/schema/licensing'
import { LicenseKeysDraft, LicenseKeyUpdate, longestKey } from '../features/licenses/model'
import { isFull, type StatusWord } from '../features/licenses/policy'
import { stateOf } from '../features/licenses/service'
import { integer, momentText, text } from '../intake/model'
import { Sorry } from '../kernel/sorry'
import type { Journey } from './journey'
import { type MetaPair, metaOf } from './meta'
import { type Seat, seatFieldsOf, seatOf } from './seats'
import type { Fields } from './table'

const { owner_name, owner_email, validity, status, assigned_at } = LicenseKeyUpdate.properties
const { activation_limit } = LicenseKeysDraft.properties
const reference = (...aliases: string[]) => Type.Optional(text({ maxLength: 255, nullable: true, aliases }))
const date = () => Type.Optional(momentText({ nullable: true }))

/** What is said of a licence in a file. */
export const licenseModel = Type.Object({
  id: Type.Optional(integer({ minimum: 1 })),
  license_key: text({ maxLength: longestKey }),
  product: text({ maxLength: 255, aliases: ['product_id', 'productId', 'product_uuid', 'product_slug'] }),
  owner_name,
  owner_email,
  activation_limit,
  validity,
  expires_at: date(),
  status,
  assigned_at,
  revoked_at: date(),
  contract: reference('contract_id', 'contract_uuid', 'contract_key'),
  generator: reference('generator_id', 'generator_uuid'),
  created_at: date(),
  updated_at: date(),
})

/** A licence as it is to be kept, with what hangs on it. */
export interface Draft {
  row: Omit<License, 'id'> & { id?: number | undefined }
  meta: MetaPair[]
  seats: Seat[]
}

/** What a line's names for other things mean here. */
export interface Meant {
  productId: number
  contractId: number | null
  generatorId: number | null
  features: License['features']
}

/** The licence a line describes, by the rules of a licence that is made. What cannot be one is a `Sorry`. */
export function draftOf(fields: Fields, meant: Meant, { now, wishes }: Pick<Journey, 'now' | 'wishes'>): Draft {
  const seatFields = seatFieldsOf(fields.activations)
  const word = wordOf(fields, seatFields)
  const state = stateOf(word, fields.assigned_at ?? null, now, fields.revoked_at && { revokedAt: fields.revoked_at })
  if (state.revokedAt && state.status !== 'blocked') throw new Sorry('it has been revoked, so its status is blocked')
  const seats = seatFields.map((seat) => seatOf(seat, state.assignedAt ?? now))
  const row = {
    ...(fields.id !== undefined && { id: fields.id }),
    ...meant,
    ...state,
    licenseKey: fields.license_key,
    ownerName: fields.owner_name ?? null,
    ownerEmail: fields.owner_email ?? null,
    activationLimit: fields.activation_limit,
    validity: fields.validity ?? validityUntil(fields.expires_at, fields.assigned_at),
    createdAt: fields.created_at ?? now,
    updatedAt: fields.updated_at ?? now,
  }
  if (!wishes.keepsSeats) requireSeats(row, seats)
  return { row, meta: metaOf(fields.meta_data), seats }
}

/** Whoever has an owner, a date or a device has been sold. */
function wordOf({ status, owner_name, owner_email, assigned_at }: Fields, seats: Fields[]): StatusWord {
  return status ?? (owner_name || owner_email || assigned_at || seats.length ? 'assigned' : 'available')
}

const dayMs = 86_400_000

/** The days from the assignment to the end, the last of them whole. */
function validityUntil(end: Date | null | undefined, assignedAt: Date | null | undefined): number {
  if (!end) return 0
  if (!assignedAt) throw new Sorry('it has an expires_at, but no assigned_at to count from: give its validity in days')
  const days = Math.ceil((end.getTime() - assignedAt.getTime()) / dayMs)
  if (days < 1) throw new Sorry('its expires_at lies before its assigned_at')
  return days
}

export function requireSeats(row: Pick<License, 'activationLimit'>, seats: Seat[]) {
  const taken = seats.filter(({ deactivatedAt }) => !deactivatedAt).length
  if (taken && isFull(row, taken - 1)) {
    throw new Sorry(
      `it holds ${taken} seats, but its activation_limit is ${row.activationLimit}: raise it, or take it as it is with --keep-seats`,
    )
  }
}
