import { describe, expect, test } from 'bun:test'
import { dateTime, daysAfter, isoMicroseconds, isoSeconds, parseMoment } from '../../src/kernel/moments'

describe('a point in time', () => {
  const moment = new Date('2024-02-27T03:05:31.829Z')

  test('is written in the three forms of the contract', () => {
    expect(isoSeconds(moment)).toBe('2024-02-27T03:05:31.000000Z')
    expect(isoMicroseconds(moment)).toBe('2024-02-27T03:05:31.829000Z')
    expect(dateTime(moment)).toBe('2024-02-27 03:05:31')
  })

  test.each([
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
    ['2024-01-08 21:17:32', '2024-01-08T21:17:32.000Z'],
    ['2024-01-08T21:17', '2024-01-08T21:17:00.000Z'],
    ['2024-01-08T21:17:32Z', '2024-01-08T21:17:32.000Z'],
    ['2024-01-08T21:17:32.829000Z', '2024-01-08T21:17:32.829Z'],
    ['2024-01-08 21:17:32+02:00', '2024-01-08T19:17:32.000Z'],
    ['2024-01-08T21:17:32-0530', '2024-01-09T02:47:32.000Z'],
    ['1970-01-01', '1970-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59Z', '9999-12-31T23:59:59.000Z'],
  ])('is read from %s', (text, iso) => {
    expect(parseMoment(text)?.toISOString()).toBe(iso)
  })

  test.each([
    '',
    'now',
    '2023-02-29',
    '2024-13-01',
    '2024-01-08 25:00:00',
    '2024-01-08 21:60',
    '1969-12-31',
    '24-01-08',
    '2024-01-08 21:17:32 UTC',
    '1704748652',
    '08/01/2024',
    ' 2024-01-08',
    '9999-12-31T23:59:59-01:00',
  ])('is not read from "%s"', (text) => {
    expect(parseMoment(text)).toBeUndefined()
  })

  test('has a later one so many days on, up to the year 9999', () => {
    expect(daysAfter(moment, 2)?.toISOString()).toBe('2024-02-29T03:05:31.829Z')
    expect(daysAfter(moment, 2_147_483_647)).toBeUndefined()
  })
})
