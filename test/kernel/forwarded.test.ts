import { describe, expect, test } from 'bun:test'
import { addressSet } from '../../src/kernel/addresses'
import { clientAddress } from '../../src/kernel/forwarded'

const trusted = addressSet(['127.0.0.1', '10.0.0.0/8', '2001:db8::/32'])
const behind = (headers: Record<string, string>, socket = '127.0.0.1') =>
  clientAddress(socket, new Headers(headers), trusted)

describe("the client's address", () => {
  test.each<[string, string, string | null, string]>([
    ['is the socket when nothing else is said', '127.0.0.1', null, '127.0.0.1'],
    ['is the socket when that is no proxy of ours', '192.0.2.1', '203.0.113.1', '192.0.2.1'],
    ['is what our proxy says', '127.0.0.1', '203.0.113.1', '203.0.113.1'],
    ['is the right-most hop that is none of ours', '127.0.0.1', '1.1.1.1, 203.0.113.1, 10.0.0.2', '203.0.113.1'],
    ['is the left-most hop when all are ours', '127.0.0.1', '10.0.0.9, 10.0.0.2', '10.0.0.9'],
    ['is not read past a word that is no address', '127.0.0.1', '203.0.113.1, unknown, 10.0.0.2', '10.0.0.2'],
    ['is the socket when the header holds no address', '127.0.0.1', 'me', '127.0.0.1'],
    ['is plain when the socket is an IPv6 one', '::ffff:192.0.2.1', null, '192.0.2.1'],
    ['is plain when the proxy is in IPv6 clothes', '::ffff:127.0.0.1', '::ffff:203.0.113.1', '203.0.113.1'],
    ['may be IPv6', '2001:db8::1', '2001:4860::8888', '2001:4860::8888'],
    ['is read without a port', '127.0.0.1', '203.0.113.7:51234', '203.0.113.7'],
    ['is read out of brackets', '127.0.0.1', '[2001:4860::1]', '2001:4860::1'],
    ['is read out of brackets before a port', '127.0.0.1', '[2001:4860::1]:443', '2001:4860::1'],
    ['is read out of quotes', '127.0.0.1', '"[2001:4860::1]:443"', '2001:4860::1'],
    ['is read without a zone', '127.0.0.1', 'fe80::1%eth0', 'fe80::1'],
    ['is IPv4 where that is mapped into IPv6', '127.0.0.1', '[::FFFF:cb00:7107]:80', '203.0.113.7'],
    ['is read over hops with ports', '127.0.0.1', '203.0.113.7, 10.1.2.3:8080', '203.0.113.7'],
    ['is read over empty hops', '127.0.0.1', ', 203.0.113.7, , 10.1.2.3,', '203.0.113.7'],
    ['is no hop that a client made up', '127.0.0.1', '10.9.9.9, 127.0.0.1, 203.0.113.7', '203.0.113.7'],
  ])('%s', (_, socket, header, address) => {
    expect(behind(header === null ? {} : { 'x-forwarded-for': header }, socket).address).toBe(address)
  })

  test.each([
    ['for=203.0.113.7', '203.0.113.7'],
    ['For="203.0.113.7:4711";proto=https', '203.0.113.7'],
    ['proto=https; by=10.0.0.1; for="[2001:4860::1]:443"', '2001:4860::1'],
    ['for=198.51.100.1, for=203.0.113.7, for=10.0.0.9', '203.0.113.7'],
    ['for="198.51.100.1, for=203.0.113.7', '203.0.113.7'],
    ['for="x, for="[2001:4860::7]"', '2001:4860::7'],
    ['by="a;for=198.51.100.1";for=203.0.113.7', '203.0.113.7'],
  ])('is read from Forwarded: %s', (forwarded, address) => {
    expect(behind({ forwarded })).toEqual({ address })
  })

  test('is that of X-Forwarded-For where a client has sent Forwarded as well', () => {
    expect(behind({ 'x-forwarded-for': '203.0.113.7', forwarded: 'for=198.51.100.1' }).address).toBe('203.0.113.7')
  })

  test('is not taken from X-Real-IP, which a proxy may pass on unread', () => {
    expect(behind({ 'x-real-ip': '198.51.100.1', 'x-forwarded-for': '203.0.113.7' })).toEqual({
      address: '203.0.113.7',
    })
    expect(behind({ 'x-real-ip': '198.51.100.1' })).toMatchObject({ address: '127.0.0.1' })
  })
})

describe('a hop that cannot be read counts as its proxy, and is told', () => {
  test.each(['unknown', '_hidden', '203.0.113.7.8', '[203.0.113.7', '203.0.113.7 evil', 'unix:'])('%s', (hop) => {
    expect(behind({ 'x-forwarded-for': `198.51.100.1, ${hop}` })).toEqual({ address: '127.0.0.1', unreadableHop: hop })
  })

  test.each(['for=unknown', 'for="_secret"', 'proto=https', 'for="198.51.100.1'])('Forwarded: %s', (forwarded) => {
    const { address, unreadableHop } = behind({ forwarded })
    expect(address).toBe('127.0.0.1')
    expect(unreadableHop).toEqual(expect.any(String))
  })
})

test('a header of any length is read in a moment', () => {
  const forwarded = `${','.repeat(8000)}"${'for="'.repeat(1000)}`
  for (let i = 0; i < 100; i++) behind({ forwarded })
})
