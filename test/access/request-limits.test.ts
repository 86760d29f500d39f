import { expect, test } from 'bun:test'
import type { KnownKey } from '../../src/access/credential-cache'
import { openLimiter } from '../../src/access/rate-limit'
import { openRequestLimits } from '../../src/access/request-limits'

test('a device is counted by a name of bounded length, however long the one it sends', () => {
  const names: string[] = []
  const limit = openLimiter()
  const noting = Object.assign((...asked: Parameters<typeof limit>) => limit(...asked), limit, {
    spend(...asked: Parameters<typeof limit.spend>) {
      names.push(asked[0])
      return limit.spend(...asked)
    },
  })
  const key = { id: 1, isShared: true, rateLimitPerMinute: 600 } as KnownKey
  const limits = openRequestLimits({ rate_limit_per_address: 0 }, noting)
  const ask = (identifier: string) => limits.ofKey({ key, address: '8.8.8.8', now: new Date(0) }, identifier)
  for (const end of ['a', 'b']) expect(ask('x'.repeat(1_000_000) + end)).toBe(0)
  expect(Math.max(...names.map(({ length }) => length))).toBeLessThan(200)
  expect(new Set(names.filter((name) => name.includes('device'))).size).toBe(2)
})
