import { isoPlain } from '../../kernel/moments'
import type { MetaLine } from './meta'
import { LineFault, quoted } from './problems'
import { type FileStatus, importStatusWords } from './status-words'
import type { LineFields } from './table'

/** The fields of a licence's line and the signs that it was sold: `owner_email "ada@example.com"`. */
export interface LicenseLine {
  fields: LineFields
  seatFields: LineFields[]
  signs: string[]
}

const orderKey =
  /^(?:order|purchase|invoice|transaction|payment|sale|subscription)(?:[_ -]?(?:id|number|no|key|ref))?$|^txn_id$/i

/** All fields of a line that only a sold licence has, in the order they are reported. */
export function signsOfSale(fields: LineFields, seatFields: LineFields[], meta: MetaLine[]): string[] {
  const order = meta.find(({ key, value }) => orderKey.test(key) && !/^0*$/.test(value))
  const { owner_name, owner_email, assigned_at, expires_at } = fields
  return [
    ...(owner_name ? [`owner_name ${quoted(owner_name)}`] : []),
    ...(owner_email ? [`owner_email ${quoted(owner_email)}`] : []),
    ...(assigned_at ? [`assigned_at ${quoted(written(assigned_at))}`] : []),
    ...(seatFields.length ? [`a device ${quoted(seatFields[0]!.identifier)}`] : []),
    ...(order ? [`metadata ${order.key} ${quoted(order.value)}`] : []),
    ...(expires_at ? [`expires_at ${quoted(written(expires_at))}`] : []),
  ]
}

const inStock = (word: FileStatus) => word === 'available' || word === 'reserved'

/** Refuses a line whose cells contradict each other about whether a licence was sold, is blocked or has ended. */
export function requireConsistent(word: FileStatus, { fields, signs }: LicenseLine, now: Date) {
  const status = `status ${quoted(word)}`
  const revoked = fields.revoked_at && `revoked_at ${quoted(written(fields.revoked_at))}`
  if (revoked && importStatusWords[word] !== 'blocked' && importStatusWords[word] !== 'revoked') {
    throw lineConflict(word, `${status} and ${revoked} contradict each other: a licence that was revoked is blocked`)
  }
  if (revoked && fields.revoked_at > now) throw lineConflict(word, `${revoked} is not over yet`)
  if (inStock(word) && signs.length) {
    throw lineConflict(
      word,
      `${status} and ${signs[0]} contradict each other: what is in stock is not sold; say --value "status:${word}=assigned" where it was, or skip the column where it says nothing`,
    )
  }
}

/** A line whose cells contradict each other; the statuses distinguish such lines. */
export const lineConflict = (kind: string, text: string) =>
  new LineFault({ kind: `${kind} ${text.replace(/"(?:[^"\\]|\\.)*"|\d+/g, '…')}`, text })

/** A moment in a sentence; only the day if it is the beginning or end of one. */
export function written(moment: Date) {
  const iso = moment.toISOString()
  return /T(00:00:00\.000|23:59:59\.999)Z$/.test(iso) ? iso.slice(0, 10) : isoPlain(moment)
}
