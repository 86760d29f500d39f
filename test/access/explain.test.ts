import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { admit, type KnownKey, type KnownKeyAdmissionInput } from '../../src/access/admit'
import { explainRules } from '../../src/access/explain'
import { addressSet } from '../../src/kernel/addresses'
import { declared } from '../../src/kernel/answers'

const now = new Date(Date.UTC(2030, 0, 1))
const addresses = ['192.0.2.1', '198.51.100.1', '2001:db8::1']
const moment = fc.constantFrom(null, new Date(now.getTime() - 1), now, new Date(now.getTime() + 1))
const allowedIps = fc.subarray(['192.0.2.0/24', '2001:db8::/32'])

const key: fc.Arbitrary<KnownKey> = fc
  .record({
    id: fc.nat(),
    name: fc.string(),
    hash: fc.constant('hash'),
    prefix: fc.constant('lk_12345'),
    status: fc.constantFrom('active' as const, 'inactive' as const, 'revoked' as const),
    capabilities: fc.subarray(['verify', 'activate', '*']),
    allowedIps,
    rateLimitPerMinute: fc.option(fc.integer({ min: 1, max: 600 })),
    expiresAt: moment,
    createdAt: fc.constant(now),
    lastUsedAt: fc.constant(null),
    previousHash: fc.constant(null),
    previousUntil: fc.constant(null),
    shownUntil: moment,
  })
  .map((row) => ({ ...row, allowed: addressSet(row.allowedIps), isShared: false }))

const candidate = fc
  .record({
    key,
    capability: fc.constantFrom('verify' as const, 'activate' as const, 'download' as const),
    address: fc.constantFrom(...addresses),
    identifier: fc.option(fc.constantFrom('pc', 'stolen'), { nil: undefined }),
    blockedAddress: fc.constantFrom(undefined, ...addresses),
    seconds: fc.constantFrom(0, 0, 7),
    braking: fc.constantFrom(0, 0, 0, 9),
  })
  .map(
    ({ key, address, blockedAddress, seconds, braking, ...rest }): KnownKeyAdmissionInput => ({
      ...rest,
      requester: { key, address, now },
      blocklist: {
        hasAddresses: blockedAddress !== undefined,
        blocks: (kind, value) => value === (kind === 'ip' ? blockedAddress : 'stolen'),
      },
      guesses: { secondsToWait: () => braking },
      secondsToWait: () => seconds,
    }),
  )

test('what is explained is what is admitted or refused', () => {
  fc.assert(
    fc.property(candidate, (asked) => {
      const refusal = admit(asked)
      const { rules, answer } = explainRules(asked)
      expect(answer).toEqual(refusal ? declared(refusal.answer) : null)
      expect(rules).toHaveLength(8)
      expect(rules.every(({ passed }) => passed)).toBe(refusal === undefined)
    }),
    { numRuns: 2000 },
  )
})
