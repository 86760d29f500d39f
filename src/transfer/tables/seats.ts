import { Type } from '@sinclair/typebox'
import { identifier } from '../../features/activations/model'
import type { SeenActivation } from '../../features/activations/service'
import { choice, integer, momentText, text } from '../../intake/model'
import { OperatorError } from '../../kernel/operator-error'
import type { DateFormat } from './dates'
import { parseCell } from './json'
import type { LineFields, Table } from './table'
import { validateLine } from './validate-line'

const date = () => Type.Optional(momentText({ nullable: true }))

/** The fields of a device's seat, in either place. */
export const seatModel = Type.Object({
  id: Type.Optional(integer({ minimum: 1 })),
  identifier: identifier(),
  status: Type.Optional(choice(['active', 'inactive'])),
  post_url: Type.Optional(text({ maxLength: 2048, nullable: true })),
  ip: Type.Optional(text({ maxLength: 255, nullable: true, aliases: ['ip_address'] })),
  user_agent: Type.Optional(text({ nullable: true })),
  activated_at: date(),
  created_at: date(),
  deactivated_at: date(),
  last_verified_at: date(),
  updated_at: date(),
})

/** A seat ready to be stored, without its licence. */
export type SeatLine = Omit<SeenActivation, 'id' | 'licenseId'> & { id?: number | undefined }

/** The seat a line describes; `since` is when it was taken if the line has no date. */
export function seatOf(fields: LineFields, since: Date): SeatLine {
  const activatedAt = fields.activated_at ?? fields.created_at ?? since
  const isFreed = fields.status === 'inactive' || fields.deactivated_at
  if (fields.status === 'active' && fields.deactivated_at) {
    throw new OperatorError(`device "${fields.identifier}" is active, and has been deactivated: say one of both`)
  }
  return {
    id: fields.id,
    identifier: fields.identifier,
    postUrl: fields.post_url ?? '',
    ip: fields.ip ?? '',
    userAgent: fields.user_agent ?? '',
    activatedAt,
    deactivatedAt: isFreed ? (fields.deactivated_at ?? fields.updated_at ?? activatedAt) : null,
    lastVerifiedAt: fields.last_verified_at ?? null,
  }
}

const shape: Pick<Table, 'model'> = { model: seatModel }

/** The devices in a licence's line: a list of identifiers or seats, or identifiers separated by commas. */
export function seatFieldsOf(given: unknown, dateFormats: readonly DateFormat[]): LineFields[] {
  const seats = itemsOf(given).map((item) => {
    const said = typeof item === 'object' && item !== null ? (item as LineFields) : { identifier: item }
    const { fields, refused } = validateLine(shape, said, dateFormats)
    if (!fields) throw new OperatorError(`activations: ${refused}`)
    return fields
  })
  const holders = seats.filter(({ status, deactivated_at }) => status !== 'inactive' && !deactivated_at)
  const names = new Set(holders.map((holder) => holder.identifier))
  if (names.size < holders.length)
    throw new OperatorError('activations has a device twice: each holds one seat at a time')
  return seats
}

function itemsOf(given: unknown): unknown[] {
  if (given === undefined || given === null) return []
  if (Array.isArray(given)) return given
  if (typeof given === 'object') throw new OperatorError('activations takes a list of devices: ["pc-1", "pc-2"]')
  const text = String(given).trim()
  if (!text.startsWith('[')) return text.split(/[\r\n,;|]+/).filter((item) => item.trim() !== '')
  return parseCell(text, 'activations') as unknown[]
}

/**
 * Whether an existing seat is the one a line describes. A seat taken in the line and freed here since is the same: a
 * repeated import takes no seat again.
 */
export const isSameSeat = (here: SeatLine, fields: LineFields, said: SeatLine) =>
  here.identifier === said.identifier &&
  (said.deactivatedAt === null || here.deactivatedAt !== null) &&
  (!(fields.activated_at ?? fields.created_at) || here.activatedAt.getTime() === said.activatedAt.getTime()) &&
  (!fields.deactivated_at || here.deactivatedAt?.getTime() === said.deactivatedAt?.getTime())
