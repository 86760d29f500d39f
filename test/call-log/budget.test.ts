import { expect, test } from 'bun:test'
import { openByteBudget } from '../../src/call-log/budget'

const at = (hours: number) => new Date(Date.UTC(2030, 0, 1, hours))
const kept = (mayKeep: ReturnType<typeof openByteBudget>, hours: number) =>
  Array.from({ length: 1000 }, () => mayKeep(100, at(hours))).filter(Boolean).length

test('an hour’s share of a day may come at once, and no day keeps more than a day’s and that', () => {
  const mayKeep = openByteBudget(() => 240_000)
  expect(kept(mayKeep, 0)).toBe(100)
  expect(kept(mayKeep, 0)).toBe(0)
  let day = 0
  for (let hour = 1; hour <= 24; hour++) day += kept(mayKeep, hour)
  expect(day).toBe(2400)
})

test('a clock that is set back stops nothing, and 0 is any number', () => {
  const mayKeep = openByteBudget(() => 240_000)
  expect(kept(mayKeep, 10)).toBe(100)
  expect(kept(mayKeep, 0)).toBe(0)
  expect(kept(mayKeep, 1)).toBe(100)
  expect(
    kept(
      openByteBudget(() => 0),
      0,
    ),
  ).toBe(1000)
})
