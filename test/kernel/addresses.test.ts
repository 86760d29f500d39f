import { describe, expect, test } from 'bun:test'
import { addressSet, canonicalAddress, parseCidr } from '../../src/kernel/addresses'

describe('a range of addresses', () => {
  test.each([
    ['192.0.2.7', 'ipv4', 32],
    ['192.0.2.0/24', 'ipv4', 24],
    ['0.0.0.0/0', 'ipv4', 0],
    ['2001:db8::1', 'ipv6', 128],
    [' 2001:db8::/32 ', 'ipv6', 32],
  ])('is read from "%s"', (text, family, bits) => {
    expect(parseCidr(text)).toMatchObject({ family, bits })
  })

  test.each(['', 'localhost', '192.0.2', '192.0.2.256', '010.1.1.1', '192.0.2.0/33', '::/129', '::1%eth0', '10/8'])(
    'is not read from "%s"',
    (text) => {
      expect(parseCidr(text)).toBeUndefined()
    },
  )

  test.each(['10.0.0.0/', '10.0.0.0/8/9', '10.0.0.0/-1', '10.0.0.0/8.5', '10.0.0.0/0x8'])('nor from "%s"', (text) => {
    expect(parseCidr(text)).toBeUndefined()
  })
})

describe('a set of addresses', () => {
  const set = addressSet(['192.0.2.7', '10.0.0.0/8', '2001:db8::/32', '0.0.0.0/32'])

  test.each(['192.0.2.7', '10.0.0.0', '10.255.255.255', '2001:db8:ffff::1', '::ffff:10.1.1.1', '2001:DB8::1'])(
    'has %s',
    (address) => {
      expect(set.has(address)).toBeTrue()
    },
  )

  test.each(['192.0.2.8', '11.0.0.0', '9.255.255.255', '2001:db9::', '::1', '', 'x', '10.0.0'])(
    'has not %s',
    (address) => {
      expect(set.has(address)).toBeFalse()
    },
  )

  test('says the same to the thousands who ask, and to each of them again', () => {
    const set = addressSet(['10.0.0.0/22', '10.0.8.1'])
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 4096; i++) expect(set.has(`10.0.${i >> 8}.${i & 255}`)).toBe(i < 1024 || i === 8 * 256 + 1)
    }
  })

  test('of nothing has nothing', () => {
    expect(addressSet([]).has('192.0.2.7')).toBeFalse()
    expect(addressSet([]).has('::')).toBeFalse()
  })
})

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::FFFF:c000:201', '192.0.2.1'],
  ['0:0:0:0:0:ffff:192.0.2.1', '192.0.2.1'],
  ['2001:DB8:0:0::1', '2001:db8::1'],
  ['fe80::1%eth0', 'fe80::1'],
  ['192.0.2', undefined],
  ['010.1.1.1', undefined],
  ['unknown', undefined],
  ['', undefined],
])('the address "%s" counts as %s', (text, address) => {
  expect(canonicalAddress(text)).toBe(address)
})
