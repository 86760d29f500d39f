import { validityTo } from '../../features/licenses/policy'
import { counted } from '../../kernel/counted'
import { dayMs } from '../../kernel/durations'
import { type LicenseLine, lineConflict, written } from './contradictions'
import { quoted } from './problems'
import { type FileStatus, importStatusWords } from './status-words'
import type { LineFields } from './table'

interface Validity {
  /** Days from the assignment; 0 for unlimited. */
  days: number
  /** Remarks for the operator about such licences. */
  remarks: string[]
}

/**
 * The validity of the licence a line describes, so that it ends as the file says: `validity` in days from
 * `assigned_at`, or the date in `expires_at`. If both are given and the date is later, the licence was renewed and the
 * date counts. Lines that contradict themselves or leave the end open are refused.
 */
export function validityOf(word: FileStatus, line: LicenseLine, now: Date): Validity {
  const { fields } = line
  const { validity, expires_at: end, assigned_at: start } = fields
  const isSold = importStatusWords[word] === 'assigned' && !fields.is_exported
  if (end === null && validity)
    throw lineConflict('end', `validity "${validity}" and an expires_at of never contradict each other: ${which}`)
  if (end && !start) throw withoutStart(`it ends on ${written(end)}`)
  if (!end && validity && !start && isSold) requireUndated(line)
  const { days, remarks } = end ? daysTo(end, { start, validity, now }) : { days: validity ?? 0, remarks: [] }
  const endsAt = days && start ? start.getTime() + days * dayMs : undefined
  if (word === 'expired') requireOver(endsAt, now)
  if (word === 'expiring' && endsAt === undefined)
    throw lineConflict(word, `status "expiring" wants an end: ${endWanted}`)
  return { days, remarks: isSold && days && !start ? [...remarks, startsNow] : remarks }
}

const which = 'skip the one that does not hold, with --map "validity=" or --map "expires_at="'
const endWanted = 'give its expires_at, or its validity and assigned_at'
const startsNow = 'No assigned_at, so that their days count from this import'

function withoutStart(what: string) {
  return lineConflict(
    'start',
    `${what}, and has no assigned_at to count its days from: name the column that says when it was sold, such as --map "created_at=assigned_at", or give all of them one with --default "assigned_at=2024-01-31"`,
  )
}

/**
 * Refuses days without a start date if another date shows that the licence is old: counting from the import would renew
 * it.
 */
function requireUndated({ fields, seatFields }: LicenseLine) {
  const date = [
    fields.created_at,
    ...seatFields.map(({ activated_at, created_at }: LineFields) => activated_at ?? created_at),
  ]
    .filter((each) => each !== undefined)
    .sort((a, b) => a.getTime() - b.getTime())[0]
  if (date) throw withoutStart(`it lasts ${counted(fields.validity, 'day')}, is known since ${written(date)}`)
}

interface Term {
  start: Date
  validity: number | undefined
  now: Date
}

function daysTo(end: Date, { start, validity, now }: Term): Validity {
  const shown = `expires_at ${quoted(written(end))}`
  if (end <= start) throw lineConflict('end', `${shown} is not after assigned_at ${quoted(written(start))}`)
  const days = wholeDays(start, end, now)
  if (validity === undefined) return { days, remarks: [] }
  const promised = start.getTime() + validity * dayMs
  if (validity === 0 || promised - end.getTime() >= dayMs) {
    const said = validity === 0 ? 'for ever' : `to ${written(new Date(promised))}`
    throw lineConflict(
      'end',
      `${shown} and validity "${validity}", which lasts ${said}, contradict each other: ${which}`,
    )
  }
  return { days, remarks: end.getTime() - promised >= dayMs ? [wasRenewed] : [] }
}

const wasRenewed = 'Renewed, since expires_at is later than validity says; expires_at holds'

/** Whole days, rounded up, so that no licence ends early; but an end in the past stays in the past. */
function wholeDays(start: Date, end: Date, now: Date): number {
  const days = validityTo(end, start)
  if (end >= now || start.getTime() + days * dayMs < now.getTime()) return days
  if (days > 1) return days - 1
  throw lineConflict(
    'end',
    `it has ended after less than a day, on ${written(end)}: import it tomorrow, or leave it out`,
  )
}

function requireOver(endsAt: number | undefined, now: Date) {
  if (endsAt === undefined) throw lineConflict('expired', `status "expired" wants an end that is over: ${endWanted}`)
  if (endsAt > now.getTime()) {
    throw lineConflict(
      'expired',
      `status "expired" contradicts its end, ${written(new Date(endsAt))}: say --value "status:expired=assigned" where that holds`,
    )
  }
}
