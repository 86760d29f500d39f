import { Type } from '@sinclair/typebox'
import type { License } from '../../../db/schema/licensing'
import { keyLengthMax, LicenseKeysDraft, LicenseKeyUpdate } from '../../features/licenses/model'
import { isFull } from '../../features/licenses/policy'
import { stateOf } from '../../features/licenses/service'
import { choice, flag, integer, momentText, text } from '../../intake/model'
import { counted } from '../../kernel/counted'
import { OperatorError } from '../../kernel/operator-error'
import { requireConsistent, signsOfSale } from './contradictions'
import type { ImportContext } from './import-context'
import { type MetaLine, metaOf } from './meta'
import { type SeatLine, seatFieldsOf, seatOf } from './seats'
import { type FileStatus, importStatusWords, unknownStatus } from './status-words'
import type { LineFields } from './table'
import { validityOf } from './validity'

const { owner_name, owner_email, validity, assigned_at } = LicenseKeyUpdate.properties
const { activation_limit } = LicenseKeysDraft.properties
const reference = (...aliases: string[]) => Type.Optional(text({ maxLength: 255, nullable: true, aliases }))
const date = () => Type.Optional(momentText({ nullable: true }))

/** The fields of a licence in a file. */
export const licenseModel = Type.Object({
  id: Type.Optional(integer({ minimum: 1 })),
  license_key: text({ maxLength: keyLengthMax }),
  product: text({ maxLength: 255, aliases: ['product_id', 'productId', 'product_uuid', 'product_slug'] }),
  owner_name,
  owner_email,
  activation_limit,
  validity,
  expires_at: date(),
  status: Type.Optional({ ...choice(Object.keys(importStatusWords) as FileStatus[]), 'x-words': true }),
  assigned_at,
  revoked_at: date(),
  block_reason: Type.Optional(text({ nullable: true })),
  blocked_from: Type.Optional(choice(['available', 'assigned', 'reserved'], { nullable: true })),
  replaced_by: Type.Optional(text({ maxLength: keyLengthMax, nullable: true })),
  contract: reference('contract_id', 'contract_uuid', 'contract_key'),
  generator: reference('generator_id', 'generator_uuid'),
  withheld: Type.Optional(flag()),
  created_at: date(),
  updated_at: date(),
})

/** A licence ready to be stored, with its related rows. */
export interface Draft {
  row: Omit<License, 'id'> & { id?: number | undefined }
  meta: MetaLine[]
  seats: SeatLine[]
  /** Remarks for the operator if this licence is created; each is reported with the number of licences. */
  remarks: string[]
}

/** The rows here that a line's references mean. */
export interface Meant {
  productId: number
  contractId: number | null
  generatorId: number | null
  features: License['features']
}

type Terms = Pick<ImportContext, 'now' | 'importOptions' | 'dateFormats'>

/** The licence a line describes, under the rules for new licences. Throws an `OperatorError` for an invalid one. */
export function draftOf(fields: LineFields, meant: Meant, { now, importOptions, dateFormats }: Terms): Draft {
  const seatFields = seatFieldsOf(fields.activations, dateFormats)
  const meta = metaOf(fields.meta_data)
  const line = { fields, seatFields, signs: signsOfSale(fields, seatFields, meta) }
  const word = wordOf(fields, line.signs)
  if (!fields.is_exported) requireConsistent(word, line, now)
  const revoked = fields.revoked_at && { revokedAt: fields.revoked_at }
  const state = stateOf(importStatusWords[word], fields.assigned_at ?? null, now, revoked)
  const { days, remarks } = validityOf(word, line, now)
  if (fields.blocked_from && state.status !== 'blocked') {
    throw new OperatorError(
      `its blocked_from is ${fields.blocked_from}, but it is ${state.status}: leave one of the two out`,
    )
  }
  const seats = seatFields.map((seat) => seatOf(seat, state.assignedAt ?? now))
  const row = {
    ...(fields.id !== undefined && { id: fields.id }),
    ...meant,
    ...state,
    blockReason: fields.block_reason ?? null,
    blockedFrom: fields.blocked_from || null,
    replacedBy: fields.replaced_by ?? null,
    licenseKey: fields.license_key,
    ownerName: fields.owner_name ?? null,
    ownerEmail: fields.owner_email ?? null,
    activationLimit: fields.activation_limit,
    withheld: fields.withheld ?? 0,
    validity: days,
    createdAt: fields.created_at ?? now,
    updatedAt: fields.updated_at ?? now,
  }
  if (!importOptions.keepsSeats) requireSeats(row, seats)
  return { row, meta, seats, remarks }
}

/** A licence with an owner, a date, an order or a device counts as sold; `active` alone does not show it. */
function wordOf({ status, revoked_at: isRevoked }: LineFields, signs: string[]): FileStatus {
  if (status === 'active' && !signs.length) throw unknownStatus(status)
  return status ?? (isRevoked ? 'revoked' : signs.length ? 'assigned' : 'available')
}

export function requireSeats(row: Pick<License, 'activationLimit'>, seats: SeatLine[]) {
  const taken = seats.filter(({ deactivatedAt }) => !deactivatedAt).length
  if (taken && isFull(row, taken - 1)) {
    throw new OperatorError(
      `it holds ${counted(taken, 'seat')}, but its activation_limit is ${row.activationLimit}: raise it, or take it as it is with --keep-seats`,
    )
  }
}
