import { expect, test } from 'bun:test'
import { type Attempt, openGuessLimiter } from '../../src/access/guess-limiter'
import { openLimiter } from '../../src/access/rate-limit'

const now = new Date(Date.UTC(2030, 0, 1))
const origin = { address: '8.8.8.8', now }
const limiter = (guesses_per_minute: number) =>
  openGuessLimiter({ guesses_per_minute, trusted_proxies: [] }, openLimiter())

test('those that arrive at once wait for each other, and none of them that asks rightly is refused', async () => {
  const guesses = limiter(3)
  const begun = Array.from({ length: 100 }, () => guesses.begin(origin))
  let ended = 0
  for (const each of begun) {
    const attempt = await each
    expect(attempt.seconds).toBe(0)
    guesses.conclude(attempt, false, now)
    ended++
  }
  expect(ended).toBe(100)
  expect(guesses.secondsToWait(origin)).toBe(0)
})

test('no more guesses get their answer than if they had come one after the other', async () => {
  const guesses = limiter(3)
  const outcomes: number[] = []
  const guess = async () => {
    const attempt: Attempt = await guesses.begin(origin)
    outcomes.push(attempt.seconds)
    await Bun.sleep(0)
    guesses.conclude(attempt, attempt.seconds === 0, now)
  }
  await Promise.all(Array.from({ length: 100 }, guess))
  expect(outcomes.filter((seconds) => seconds === 0)).toHaveLength(3)
})

test('after a clock that was set back an address waits no longer than before', async () => {
  const guesses = limiter(3)
  const later = new Date(now.getTime() + 3_600_000)
  for (let i = 0; i < 3; i++) guesses.conclude(await guesses.begin({ ...origin, now: later }), true, later)
  expect(guesses.secondsToWait(origin)).toBe(20)
  expect(guesses.secondsToWait({ ...origin, now: new Date(now.getTime() + 20_000) })).toBe(0)
})

test('a guess that outwaits the answers before it counts like any other', async () => {
  const patienceMs = 5
  const guesses = openGuessLimiter({ guesses_per_minute: 2, trusted_proxies: [] }, openLimiter(), patienceMs)
  const lost = [await guesses.begin(origin), await guesses.begin(origin)]
  expect(lost.map(({ seconds }) => seconds)).toEqual([0, 0])
  for (let i = 0; i < 2; i++) {
    const attempt = await guesses.begin(origin)
    expect(attempt.seconds).toBe(0)
    guesses.conclude(attempt, true, now)
  }
  expect((await guesses.begin(origin)).seconds).toBeGreaterThan(0)
})
