import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { endOf, parseDateFormat, readDate } from '../../src/transfer/tables/dates'

const dayMs = 86_400_000
/** A day of any year that can be kept. */
const days = fc.integer({ min: 0, max: Math.floor(Date.UTC(9999, 11, 31) / dayMs) }).map((day) => new Date(day * dayMs))
const moments = fc.integer({ min: dayMs, max: Date.UTC(9999, 11, 30) }).map((ms) => new Date(ms))
const two = (number: number) => String(number).padStart(2, '0')
const partsOf = (day: Date) => ({ y: day.getUTCFullYear(), m: day.getUTCMonth() + 1, d: day.getUTCDate() })

describe('a date in a file', () => {
  test('is read as the whole day in every form that says one', () => {
    fc.assert(
      fc.property(days, (day) => {
        const { y, m, d } = partsOf(day)
        const forms = [
          `${y}-${two(m)}-${two(d)}`,
          `${y}/${two(m)}/${two(d)}`,
          `${y}/${m}/${d}`,
          `${two(d)}.${two(m)}.${y}`,
          `${d}.${m}.${y}`,
        ]
        for (const text of forms) expect(readDate(text)).toEqual({ at: day, isWholeDay: true })
        expect(endOf(readDate(forms[0]!)!).getTime()).toBe(day.getTime() + dayMs - 1)
      }),
    )
  })

  test('is the same moment in every zone, with 0 to 9 digits of a second', () => {
    const zones = fc.tuple(fc.constantFrom('+', '-'), fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
    fc.assert(
      fc.property(moments, zones, fc.integer({ min: 0, max: 9 }), (moment, [sign, hours, minutes], digits) => {
        const offset = (sign === '-' ? -1 : 1) * (hours * 60 + minutes) * 60_000
        const local = new Date(moment.getTime() + offset).toISOString()
        const fraction = `${local.slice(20, 23)}000000`.slice(0, digits)
        const kept =
          digits < 3 ? Math.floor(moment.getTime() / 10 ** (3 - digits)) * 10 ** (3 - digits) : moment.getTime()
        const clock = `${local.slice(0, 19)}${fraction && `.${fraction}`}`
        for (const zone of [`${sign}${two(hours)}:${two(minutes)}`, `${sign}${two(hours)}${two(minutes)}`]) {
          expect(readDate(`${clock}${zone}`)).toEqual({ at: new Date(kept), isWholeDay: false })
          expect(readDate(`${clock.replace('T', ' ')} ${zone}`)?.at.getTime()).toBe(kept)
        }
      }),
    )
  })

  test('is read in a format as it was written in it', () => {
    fc.assert(
      fc.property(days, (day) => {
        const { y, m, d } = partsOf(day)
        expect(readDate(`${two(d)}/${two(m)}/${y}`, [parseDateFormat('dd/MM/yyyy')])?.at).toEqual(day)
        expect(readDate(`${m}/${d}/${y}`, [parseDateFormat('M/d/yyyy')])?.at).toEqual(day)
        expect(readDate(`${y}${two(m)}${two(d)}`, [parseDateFormat('yyyyMMdd')])?.at).toEqual(day)
      }),
    )
  })

  test.each([
    ['45292', '2024-01-01T00:00:00.000Z'],
    ['45292.5', '2024-01-01T12:00:00.000Z'],
    ['25569', '1970-01-01T00:00:00.000Z'],
    ['2958465', '9999-12-31T00:00:00.000Z'],
    ['1709208000', '2024-02-29T12:00:00.000Z'],
    ['1709208000123', '2024-02-29T12:00:00.123Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
    ['2000-02-29 23:59', '2000-02-29T23:59:00.000Z'],
    ['31.01.2030 14:30:15', '2030-01-31T14:30:15.000Z'],
    ['2030-01-31 10:00:00 UTC', '2030-01-31T10:00:00.000Z'],
    ['2030-01-31T10:00:00,5+02', '2030-01-31T08:00:00.500Z'],
  ])('%s is %s', (text, moment) => {
    expect(readDate(text)?.at.toISOString()).toBe(moment)
  })

  test.each([
    '01/02/2030',
    '31/01/2030',
    '31-01-2030',
    '31.02.2030',
    '01.31.2030',
    '2023-02-29',
    '2100-02-29',
    '2030/13/01',
    '2030/31/01',
    '2030-00-10',
    '2030-01-31T24:00:00',
    '2030-01-31T10:61:00',
    '2030-01-31T10:00:00+24:00',
    '2030-01-31T10:00:00.1234567890Z',
    '1969-12-31',
    '10000-01-01',
    '25568',
    '2958466',
    '310130',
    '20300131',
    '0',
    '60',
    '-1',
    '99999999999',
    'yesterday',
    '',
  ])('"%s" is none, or could be two', (text) => {
    expect(readDate(text)).toBeUndefined()
  })

  test.each([
    ['d.M.yy', '1.2.30', '2030-02-01T00:00:00.000Z'],
    ['d.M.yy', '1.2.70', '1970-02-01T00:00:00.000Z'],
    ['MMM d, yyyy h:mm a', 'Jan 31, 2030 12:05 AM', '2030-01-31T00:05:00.000Z'],
    ['d MMMM yyyy', '31 January 2030', '2030-01-31T00:00:00.000Z'],
    ['DD/MM/YYYY', '31/01/2030', '2030-01-31T00:00:00.000Z'],
    ["yyyy-MM-dd'T'HH:mm:ssXXX", '2030-01-31T10:00:00+02:00', '2030-01-31T08:00:00.000Z'],
    ['excel', '310130', '2749-02-07T00:00:00.000Z'],
    ['unix', '86400', '1970-01-02T00:00:00.000Z'],
  ])('in the format %s, %s is %s', (format, text, moment) => {
    expect(readDate(text, [parseDateFormat(format)])?.at.toISOString()).toBe(moment)
  })

  test.each([
    ['dd/MM/yyyy', '31/02/2030'],
    ['dd/MM/yyyy', '1/2/2030'],
    ['dd/MM/yyyy', '31/01/2030 10:00'],
    ['dd/MM/yyyy', '31-01-2030'],
    ['h:mm a d.M.yyyy', '13:00 PM 1.1.2030'],
  ])('in the format %s, %s is none', (format, text) => {
    expect(readDate(text, [parseDateFormat(format)])).toBeUndefined()
  })

  test('that two formats read as two days is none', () => {
    const formats = ['dd/MM/yyyy', 'MM/dd/yyyy'].map(parseDateFormat)
    expect(readDate('01/02/2030', formats)).toBeUndefined()
    expect(readDate('31/01/2030', formats)?.at.toISOString()).toBe('2030-01-31T00:00:00.000Z')
    expect(readDate('01/01/2030', formats)?.at.toISOString()).toBe('2030-01-01T00:00:00.000Z')
  })

  test.each(['', 'foo', 'dd/MM', 'dd/mm/yyyy', 'yyyy-MM-dd hh:mm', 'dd/dd/yyyy'])('"%s" is no format', (format) => {
    expect(() => parseDateFormat(format)).toThrow(/is no date format: write year, month and day/)
  })
})
