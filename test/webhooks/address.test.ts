import { describe, expect, test } from 'bun:test'
import { getServers, setServers } from 'node:dns'
import { isPublic } from '../../src/kernel/internet'
import { openAddressGuard } from '../../src/webhooks/address'

const guard = (
  { allow = 'off', list = [] as string[] }: { allow?: 'on' | 'off'; list?: string[] } = {},
  names: Record<string, string[]> = {},
) => openAddressGuard({ allow_private_webhooks: allow, webhook_allow_list: list }, async (host) => names[host] ?? [])

const verdict = (url: string, of = guard()) =>
  of.addressesOf(new URL(url)).then(
    (addresses) => addresses.join(),
    (refusal: Error) => refusal.message,
  )

describe('an address is public', () => {
  test.each([
    ['1.1.1.1', true],
    ['93.184.216.34', true],
    ['172.15.255.255', true],
    ['172.32.0.0', true],
    ['100.63.255.255', true],
    ['100.128.0.0', true],
    ['223.255.255.255', true],
    ['0.0.0.0', false],
    ['0.1.2.3', false],
    ['10.0.0.1', false],
    ['10.255.255.255', false],
    ['100.64.0.1', false],
    ['100.127.255.255', false],
    ['127.0.0.1', false],
    ['127.255.255.254', false],
    ['169.254.169.254', false],
    ['172.16.0.1', false],
    ['172.31.255.255', false],
    ['192.0.0.8', false],
    ['192.0.2.1', false],
    ['192.88.99.1', false],
    ['192.168.1.1', false],
    ['198.18.0.1', false],
    ['198.19.255.255', false],
    ['198.51.100.7', false],
    ['203.0.113.7', false],
    ['224.0.0.1', false],
    ['239.255.255.255', false],
    ['240.0.0.1', false],
    ['255.255.255.255', false],
    ['2606:4700:4700::1111', true],
    ['2a00:1450:4001:800::200e', true],
    ['::', false],
    ['::1', false],
    ['::7f00:1', false],
    ['::8.8.8.8', false],
    ['::ffff:8.8.8.8', true],
    ['::ffff:127.0.0.1', false],
    ['::ffff:7f00:1', false],
    ['::ffff:10.1.2.3', false],
    ['0:0:0:0:0:ffff:c0a8:0101', false],
    ['::ffff:0:7f00:1', false],
    ['64:ff9b::8.8.8.8', true],
    ['64:ff9b::10.0.0.1', false],
    ['64:ff9b::a9fe:a9fe', false],
    ['64:ff9b:1::808:808', false],
    ['2002:808:808::1', true],
    ['2002:7f00:1::', false],
    ['2002:a00:1::1', false],
    ['2002:c0a8:101::', false],
    ['2001::1', false],
    ['2001:0:4136:e378:8000:63bf:3fff:fdd2', false],
    ['2001:10::1', false],
    ['2001:db8::1', false],
    ['3fff::1', false],
    ['100::1', false],
    ['5f00::1', false],
    ['fc00::1', false],
    ['fd12:3456::1', false],
    ['fe80::1', false],
    ['fe80::1%eth0', false],
    ['2606:4700::1%eth0', false],
    ['fec0::1', false],
    ['ff02::1', false],
    ['ff0e::1', false],
    ['localhost', false],
    ['', false],
  ])('%s: %p', (address, expected) => {
    expect(isPublic(address)).toBe(expected)
  })
})

describe('a host in an odd spelling is judged by the address it is', () => {
  test.each([
    ['http://2130706433/', '127.0.0.1'],
    ['http://0x7f000001/', '127.0.0.1'],
    ['http://0x7f.1/', '127.0.0.1'],
    ['http://0177.0.0.1/', '127.0.0.1'],
    ['http://127.1/', '127.0.0.1'],
    ['http://127.0.0.1./', '127.0.0.1'],
    ['http://0/', '0.0.0.0'],
    ['http://１２７.0.0.1/', '127.0.0.1'],
    ['https://3232235777/', '192.168.1.1'],
    ['http://[::1]/', '::1'],
    ['http://[0:0:0:0:0:0:0:1]/', '::1'],
    ['http://[::ffff:127.0.0.1]/', '::ffff:7f00:1'],
    ['http://[::ffff:a9fe:a9fe]/', '::ffff:a9fe:a9fe'],
    ['http://[64:ff9b::10.0.0.1]/', '64:ff9b::a00:1'],
    ['http://[2002:7f00:1::]/', '2002:7f00:1::'],
  ])('%s is %s and refused', async (url, address) => {
    expect(await verdict(url)).toStartWith(`${address} is a private or reserved address`)
  })

  test('an IPv6 zone is no URL at all', () => {
    expect(URL.canParse('http://[fe80::1%25eth0]/')).toBe(false)
  })
})

describe('a name is judged by every address it has', () => {
  const names = {
    'shop.test': ['93.184.216.34', '2606:4700::1'],
    'shop.test.': ['93.184.216.34'],
    'rebind.test': ['93.184.216.34', '10.0.0.1'],
    'inside.test': ['10.0.0.1'],
    'zone.test': ['fe80::1%eth0'],
    localhost: ['127.0.0.1'],
  }
  test.each([
    ['https://shop.test/a?b=c', '93.184.216.34,2606:4700::1'],
    ['https://shop.test./', '93.184.216.34'],
    ['https://rebind.test/', '10.0.0.1 is a private or reserved address: the setting webhook_allow_list allows it'],
    ['https://inside.test/', '10.0.0.1 is a private or reserved address: the setting webhook_allow_list allows it'],
    ['https://zone.test/', 'fe80::1%eth0 is a private or reserved address: the setting webhook_allow_list allows it'],
    ['http://LOCALHOST/', '127.0.0.1 is a private or reserved address: the setting webhook_allow_list allows it'],
    ['https://nobody.test/', 'nobody.test has no address'],
    ['ftp://shop.test/', 'a webhook goes to an http or https address'],
    ['file:///etc/passwd', 'a webhook goes to an http or https address'],
    ['https://user@shop.test/', "a webhook's address has no user name and no password in it"],
    ['https://:secret@shop.test/', "a webhook's address has no user name and no password in it"],
  ])('%s: %s', async (url, expected) => {
    expect(await verdict(url, guard({}, names))).toBe(expected)
  })

  test('and looked up once', async () => {
    let asked = 0
    const counting = openAddressGuard({ allow_private_webhooks: 'off', webhook_allow_list: [] }, async () => {
      asked++
      return ['93.184.216.34']
    })
    await counting.addressesOf(new URL('https://shop.test/'))
    expect(asked).toBe(1)
  })
})

test('a name server that is silent holds no thread that signs answers', async () => {
  const [{ promise: question, resolve }, servers] = [Promise.withResolvers<string>(), getServers()]
  const silent = await Bun.udpSocket({
    hostname: '127.0.0.1',
    socket: { data: (_, bytes) => resolve(bytes.toString('latin1')) },
  })
  try {
    // Look-ups that hold a thread ask the system's servers whatever is set here.
    setServers([`127.0.0.1:${silent.port}`])
    openAddressGuard({ allow_private_webhooks: 'off', webhook_allow_list: [] })
      .addressesOf(new URL('http://stalls.example/'))
      .catch(() => {})
    expect(await question).toContain('stalls')
  } finally {
    setServers(servers)
    silent.close()
  }
})

describe('private addresses are allowed', () => {
  test.each([
    ['everywhere when the setting is on', 'http://127.0.0.1/', { allow: 'on' as const }, '127.0.0.1'],
    ['where the list covers them', 'http://10.1.2.3/', { list: ['10.1.0.0/16'] }, '10.1.2.3'],
    ['in IPv6 clothes as well', 'http://[::ffff:10.1.2.3]/', { list: ['10.1.0.0/16'] }, '::ffff:a01:203'],
    ['behind NAT64 as well', 'http://[64:ff9b::10.1.2.3]/', { list: ['10.1.0.0/16'] }, '64:ff9b::a01:203'],
    ['by IPv6 range', 'http://[fd00::5]/', { list: ['fd00::/8'] }, 'fd00::5'],
  ])('%s', async (_, url, settings, expected) => {
    expect(await verdict(url, guard(settings))).toBe(expected)
  })

  test('nowhere else', async () => {
    const listed = guard({ list: ['10.1.0.0/16'] })
    expect(await verdict('http://10.2.0.1/', listed)).toContain('webhook_allow_list')
    expect(await verdict('http://[::ffff:10.2.0.1]/', listed)).toContain('webhook_allow_list')
  })
})
