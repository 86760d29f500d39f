import { expect, test } from 'bun:test'
import fc from 'fast-check'
import type { KnownKey } from '../../src/access/credential-cache'
import { type KeyedAdmissionInput, rulesOfAdmission } from '../../src/access/rules'
import { addressSet } from '../../src/kernel/addresses'
import { explain, firstBroken, refusalOf } from '../../src/kernel/rule'

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
    dialect: fc.constant('standard' as const),
    shownUntil: moment,
  })
  .map((row) => ({ ...row, allowed: addressSet(row.allowedIps), isShared: false }))

const input = fc
  .record({
    key,
    capability: fc.constantFrom('verify' as const, 'activate' as const, 'download' as const),
    address: fc.constantFrom(...addresses),
    identifier: fc.option(fc.constantFrom('pc', 'stolen'), { nil: undefined }),
    blockedAddress: fc.constantFrom(undefined, ...addresses),
    seconds: fc.constantFrom(0, 0, 7),
    secondsOfAddress: fc.constantFrom(0, 0, 5),
    guessing: fc.constantFrom(0, 0, 0, 9),
  })
  .map(
    ({ key, address, blockedAddress, seconds, secondsOfAddress, guessing, ...rest }): KeyedAdmissionInput => ({
      ...rest,
      requester: { key, address, now },
      blocklist: {
        hasAddresses: blockedAddress !== undefined,
        blocks: (kind, value) => value === (kind === 'ip' ? blockedAddress : 'stolen'),
      },
      attempt: { seconds: guessing },
      limits: { ofKey: () => seconds, ofAddress: () => secondsOfAddress },
    }),
  )

test('what is explained is what is admitted or refused', () => {
  fc.assert(
    fc.property(input, (asked) => {
      const broken = firstBroken(rulesOfAdmission, asked, now)
      const { rules, refusal } = explain(rulesOfAdmission, asked, now)
      expect(refusal).toBe(broken?.refusal)
      expect(rules.map(({ name }) => name)).toEqual(rulesOfAdmission.map(({ name }) => name))
      expect(rules.find(({ holds }) => holds === false)?.name).toBe(broken?.name)
      const { guessing, key, address } = secondsOf(asked)
      if (broken?.refusal === 'too_many_requests')
        expect(refusalOf(broken, asked, now).data).toEqual({ retry_after: guessing || key || address })
    }),
    { numRuns: 2000 },
  )
})

const secondsOf = ({ attempt, limits, requester }: KeyedAdmissionInput) => ({
  guessing: attempt?.seconds,
  key: limits.ofKey(requester, undefined),
  address: limits.ofAddress(requester),
})
