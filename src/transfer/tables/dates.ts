import { dayMs } from '../../kernel/durations'
import { OperatorError } from '../../kernel/operator-error'

const latest = Date.UTC(9999, 11, 31, 23, 59, 59, 999)
/** The day number of 1 January 1970 in the 1900 system of spreadsheets. */
const excelEpoch = 25_569

/** A date as written: a moment, or a whole day without a time. */
export interface ReadDate {
  at: Date
  isWholeDay: boolean
}

/** A date format, given by `--date-format`. */
export type DateFormat = (text: string) => ReadDate | undefined

/** The formats recognized without `--date-format`, as a sentence shows them. */
export const dateForms =
  '2030-01-31, 2030-01-31 12:00:00, 2030-01-31T12:00:00Z, 31.01.2030, 2030/01/31, seconds since 1970, a spreadsheet’s day number'

/**
 * Parses a date in one of these formats, else in any unambiguous form. Undefined for anything else, and if two formats
 * give different moments.
 */
export function readDate(text: string, formats: readonly DateFormat[] = []): ReadDate | undefined {
  const found = formats.flatMap((format) => format(text) ?? [])
  if (new Set(found.map(({ at }) => at.getTime())).size > 1) return undefined
  return found[0] ?? readWritten(text) ?? readNumber(text)
}

/** The end of a day written without a time; for a moment, the moment itself. */
export const endOf = ({ at, isWholeDay }: ReadDate) => (isWholeDay ? new Date(at.getTime() + dayMs - 1) : at)

const time = String.raw`(?<hour>\d{2}):(?<minute>\d{2})(?::(?<second>\d{2})(?:[.,](?<fraction>\d{1,9}))?)?`
const zone = String.raw`(?: ?(?<zone>Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?))?`
const written = [
  String.raw`(?<year>\d{4})-(?<month>\d{2})-(?<day>\d{2})`,
  String.raw`(?<year>\d{4})/(?<month>\d{1,2})/(?<day>\d{1,2})`,
  String.raw`(?<day>\d{1,2})\.(?<month>\d{1,2})\.(?<year>\d{4})`,
].map((day) => new RegExp(`^${day}(?:(?:T| +)${time}${zone})?$`, 'i'))

function readWritten(text: string): ReadDate | undefined {
  for (const form of written) {
    const groups = form.exec(text)?.groups
    if (groups) return momentOf(groups)
  }
  return undefined
}

type Parts = Readonly<Record<string, string | undefined>>

/** The moment of these parts, UTC if they name no zone; undefined for a day or hour that does not exist. */
function momentOf({ year, month, day, hour, minute = '0', second = '0', fraction = '', zone = 'Z' }: Parts) {
  const [y, m, d] = [Number(year), Number(month), Number(day)]
  const midnight = new Date(Date.UTC(y, m - 1, d))
  const isReal = midnight.getUTCFullYear() === y && midnight.getUTCMonth() === m - 1 && midnight.getUTCDate() === d
  const offset = offsetOf(zone)
  if (!isReal || offset === undefined) return undefined
  if (Number(hour ?? 0) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined
  const ms = Number(fraction.slice(0, 3).padEnd(3, '0'))
  const sinceMidnight = (Number(hour ?? 0) * 3600 + Number(minute) * 60 + Number(second)) * 1000 + ms
  return bounded(midnight.getTime() + sinceMidnight - offset, hour === undefined)
}

/** The offset of a zone from UTC; undefined for an invalid one. */
function offsetOf(zone: string): number | undefined {
  const [, sign, hours, minutes = '0'] = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone) ?? []
  if (!sign) return 0
  if (Number(hours) > 23 || Number(minutes) > 59) return undefined
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000
}

function bounded(ms: number, isWholeDay: boolean): ReadDate | undefined {
  return ms >= 0 && ms <= latest ? { at: new Date(ms), isWholeDay } : undefined
}

/**
 * Seconds of 9 or 10 digits, milliseconds of 12 or 13, and day numbers of 5 digits, which end in 2173. Numbers of other
 * lengths may be dates without separators (310130) and need a format.
 */
function readNumber(text: string): ReadDate | undefined {
  if (/^\d{9,10}$/.test(text)) return bounded(Number(text) * 1000, false)
  if (/^\d{12,13}$/.test(text)) return bounded(Number(text), false)
  return /^\d{5}(\.\d+)?$|^2958465$/.test(text) ? readDayNumber(text) : undefined
}

const readDayNumber: DateFormat = (text) => {
  if (!/^\d{5,7}(\.\d+)?$/.test(text)) return undefined
  // A spreadsheet's time of day is a fraction that does not quite give a whole second.
  const ms = Math.round((Number(text) - excelEpoch) * 86_400) * 1000
  return bounded(ms, Number.isInteger(Number(text)))
}

const readUnix: DateFormat = (text) => (/^\d{1,12}$/.test(text) ? bounded(Number(text) * 1000, false) : undefined)

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const fullMonths = 'january|february|march|april|may|june|july|august|september|october|november|december'

/** The tokens of a format: the part each stands for and its pattern. */
const tokens: Readonly<Record<string, [part: string, pattern: string]>> = {
  yyyy: ['year', String.raw`\d{4}`],
  yy: ['shortYear', String.raw`\d{2}`],
  MMMM: ['monthName', fullMonths],
  MMM: ['monthName', months.join('|')],
  MM: ['month', String.raw`\d{2}`],
  M: ['month', String.raw`\d{1,2}`],
  dd: ['day', String.raw`\d{2}`],
  d: ['day', String.raw`\d{1,2}`],
  HH: ['hour', String.raw`\d{2}`],
  H: ['hour', String.raw`\d{1,2}`],
  hh: ['halfHour', String.raw`\d{2}`],
  h: ['halfHour', String.raw`\d{1,2}`],
  mm: ['minute', String.raw`\d{2}`],
  ss: ['second', String.raw`\d{2}`],
  S: ['fraction', String.raw`\d{1,9}`],
  a: ['half', 'am|pm'],
  X: ['zone', String.raw`Z|[+-]\d{2}(?::?\d{2})?`],
}

/** Parses a format such as `dd/MM/yyyy`, `excel` or `unix`. Throws an `OperatorError` for an invalid one. */
export function parseDateFormat(format: string): DateFormat {
  if (format === 'excel') return readDayNumber
  if (format === 'unix') return readUnix
  const parts: string[] = []
  const pattern = format.replace(/'([^']*)'|([A-Za-z])\2*|[^A-Za-z]/g, (found, quoted, letter) => {
    if (quoted !== undefined || !letter || found === 'T') return escaped(quoted ?? found)
    const [part, of] = tokens[usualToken(found)] ?? []
    if (!part || parts.includes(part)) throw badFormat(format)
    parts.push(part)
    return `(?<${part}>${of})`
  })
  const has = (...names: string[]) => names.some((name) => parts.includes(name))
  const isWhole = has('year', 'shortYear') && has('month', 'monthName') && has('day')
  if (!isWhole || has('halfHour') !== has('half') || (has('minute') && !has('hour', 'halfHour')))
    throw badFormat(format)
  const form = new RegExp(`^${pattern}$`, 'i')
  return (text) => {
    const groups = form.exec(text)?.groups
    return groups && momentOf({ ...groups, ...derived(groups) })
  }
}

/** Days and years may be in capitals; the number of letters does not matter for fractions of a second and zones. */
const usualToken = (token: string) => (/^[DY]+$/.test(token) ? token.toLowerCase() : token.replace(/^([SX])+$/, '$1'))

/** Derives the parts that momentOf needs from parts in another form. */
function derived({ shortYear, monthName, halfHour, half }: Parts): Parts {
  return {
    ...(shortYear && { year: `${Number(shortYear) < 70 ? '20' : '19'}${shortYear}` }),
    ...(monthName && { month: String(months.indexOf(monthName.slice(0, 3).toLowerCase()) + 1) }),
    ...(halfHour && { hour: hourOf(Number(halfHour), half!) }),
  }
}

const hourOf = (hour: number, half: string) =>
  hour < 1 || hour > 12 ? '99' : String((hour % 12) + (half.toLowerCase() === 'pm' ? 12 : 0))

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')

const badFormat = (format: string) =>
  new OperatorError(
    `"${format}" is no date format: write year, month and day, such as dd/MM/yyyy, M/d/yy or MMM d, yyyy, and the time as HH:mm:ss or hh:mm a; or excel, or unix`,
    'invalid_input',
  )
