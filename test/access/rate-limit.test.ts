import { expect, test } from 'bun:test'
import { openLimiter, passAll } from '../../src/access/rate-limit'

const start = Date.UTC(2030, 0, 1)
const at = (seconds: number) => new Date(start + seconds * 1000)

/** How many of that many requests at one moment may pass. */
const passing = (limit: ReturnType<typeof openLimiter>, times: number, seconds: number) =>
  Array.from({ length: times }, () => limit('key', 60, at(seconds))).filter((wait) => wait === 0).length

test('a minute’s worth may come at once, then as many as time gives back', () => {
  const limit = openLimiter()
  expect(passing(limit, 100, 0)).toBe(60)
  expect(passing(limit, 100, 0.999)).toBe(0)
  expect(passing(limit, 100, 5)).toBe(5)
  expect(passing(limit, 100, 3600)).toBe(60)
})

test('says how many seconds to wait, and keeps its word', () => {
  const limit = openLimiter()
  expect(limit('key', 1, at(0))).toBe(0)
  expect(limit('key', 1, at(0))).toBe(60)
  expect(limit('key', 1, at(59.5))).toBe(1)
  expect(limit('key', 1, at(60))).toBe(0)
})

test('a refused request costs nothing', () => {
  const limit = openLimiter()
  limit('key', 1, at(0))
  for (let second = 1; second < 60; second++) expect(limit('key', 1, at(second))).toBeGreaterThan(0)
  expect(limit('key', 1, at(60))).toBe(0)
})

test('one does not pay for another', () => {
  const limit = openLimiter()
  limit('one', 1, at(0))
  expect(limit('two', 1, at(0))).toBe(0)
})

test('a clock that goes back gives nothing and takes nothing', () => {
  const limit = openLimiter()
  limit('key', 2, at(100))
  expect(limit('key', 2, at(0))).toBe(0)
  expect(limit('key', 2, at(0))).toBeGreaterThan(0)
})

test('forgets the longest untouched when there are too many', () => {
  const limit = openLimiter()
  limit('first', 1, at(0))
  for (let i = 0; i < 100_000; i++) limit(`other ${i}`, 1, at(0))
  expect(limit('other 99999', 1, at(0))).toBeGreaterThan(0)
  expect(limit('first', 1, at(0))).toBe(0)
})

test('a clock that is set back lets nobody wait longer, whether they are asked or foreseen', () => {
  const limit = openLimiter()
  expect(passing(limit, 60, 7200)).toBe(60)
  expect(limit.foresee('key', 60, at(0))).toBe(1)
  expect(limit.foresee('key', 60, at(5))).toBe(0)
  expect(passing(limit, 10, 5)).toBe(5)
})

test('several limits are taken from together or not at all', () => {
  const limit = openLimiter()
  const shares = [
    { name: 'wide', perMinute: 100 },
    { name: 'narrow', perMinute: 2 },
  ]
  const waits = Array.from({ length: 5 }, () => passAll(limit, shares, at(0)))
  expect(waits).toEqual([0, 0, 30, 30, 30])
  expect(limit.left('wide', 100, at(0))).toBe(98)
})

test('what is spent beyond what there is makes the next wait', () => {
  const limit = openLimiter()
  expect(limit.spend('bytes', 60, at(0), 180)).toBe(0)
  expect(limit.foresee('bytes', 60, at(0))).toBe(121)
  expect(limit.foresee('bytes', 60, at(121))).toBe(0)
})

test('what cannot be refused makes nobody wait longer than two minutes', () => {
  const limit = openLimiter()
  for (let i = 0; i < 10_000; i++) limit.charge('seats', 60, at(0))
  expect(limit.foresee('seats', 60, at(0))).toBe(61)
})
