import type { TestInstallation } from '../support/installation'
import type { Operator } from '../support/operator'
import { openRaw } from '../support/raw'
import { typedClient } from '../support/typed-client'
import { until } from '../support/wait'

const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** The moment of the pictures: a Wednesday afternoon. */
export const pictureMoment = new Date('2027-06-09T14:20:00Z')

const names = [
  ...['Ada Lindqvist', 'Grace Okafor', 'Mateo Ruiz', 'Hana Suzuki', 'Elif Demir', 'Jonas Weber', 'Priya Nair'],
  ...['Léa Fontaine', 'Tom Becker', 'Sofia Rossi', 'Noah Jansen', 'Amara Diallo', 'Lukas Novák', 'Mei Chen'],
  ...['Olivia Hart', 'Diego Santos', 'Freya Holm', 'Samir Haddad', 'Ines Costa', 'Piotr Zieliński', 'Ruth Cohen'],
  ...['Kai Nakamura', 'Eva Martin', 'Liam Byrne', 'Zoe Papadakis', 'Emil Larsen'],
]
const hosts = ['mac', 'pc', 'laptop', 'render', 'air', 'home']

/** `SPL-7Q4K-XW2M-0001`: a key that is the same each time. */
const keyAt = (prefix: string, n: number) => {
  const letters = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ'
  let seed = n * 7919 + prefix.length * 104_729 + 17
  const draw = () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
    return letters[Math.floor(seed / 65_536) % letters.length]
  }
  return [prefix, ...[1, 2, 3].map(() => Array.from({ length: 4 }, draw).join(''))].join('-')
}

const addressOf = (name: string) =>
  `${name
    .normalize('NFKD')
    .replace(/[^a-z ]/gi, '')
    .toLowerCase()
    .replace(' ', '.')}@example.com`

/**
 * What a small shop has after a while: three products, customers with seats, a release, a webhook, and calls of a week.
 * Returns the id of the licence that stands on a picture.
 */
export async function stockShop(installation: TestInstallation, owner: Operator): Promise<number> {
  const ask = typedClient(owner, () => {})
  const goTo = (ms: number) => installation.advance(pictureMoment.getTime() - ms - installation.now().getTime())
  await goTo(40 * dayMs)
  const products: string[] = []
  for (const name of ['Splinter', 'Splinter Server', 'Loupe']) {
    const { id } = await ask('POST /products', { name, features: ['exports:boolean=true', 'tier:string=standard'] })
    products.push(String(id))
  }
  const prefixes = ['SPL', 'SRV', 'LPE']
  const licenses: { id: number; license_key: string; product: number; name: string }[] = []
  const sell = async (n: number) => {
    const product = [0, 0, 2, 0, 1][n % 5]!
    const name = names[n % names.length]!
    const { licenses: made } = await ask('POST /licenses', {
      ...{ product: products[product]!, license_keys: [keyAt(prefixes[product]!, n)] },
      ...{ owner_name: name, owner_email: addressOf(name) },
      ...{ activation_limit: product === 1 ? 5 : 2, validity: [365, 43, 365, 0, 49, 365, 45][n % 7]! },
    })
    licenses.push({ ...made[0]!, product, name })
  }
  for (let n = 0; n < 26; n++) await sell(n)
  await ask('POST /licenses', {
    ...{ product: products[0]!, license_keys: Array.from({ length: 12 }, (_, n) => keyAt('NEW', n)), validity: 365 },
  })
  await goTo(12 * dayMs)
  for (let n = 26; n < 34; n++) await sell(n)
  const { api_key: key } = await ask('POST /api-keys', { name: 'desktop', preset: 'client' })
  const call = (path: string, n: number, identifier: string) => {
    const headers = { 'x-forwarded-for': `${['203.0.113', '198.51.100', '192.0.2'][n % 3]}.${20 + n * 5}` }
    const fields = { license_key: licenses[n]!.license_key, identifier }
    return installation.ask(`POST /api/v1/${path}`, fields, { key, headers })
  }
  const hostOf = (n: number, nth = 0) =>
    `${licenses[n]!.name.split(' ')[0]!.normalize('NFKD').replace(/\W/g, '').toLowerCase()}-${hosts[(n + nth) % hosts.length]}`
  for (let n = 0; n < 34; n++) if (n % 6 !== 5) await call('activate', n, hostOf(n))
  const pictured = 8
  await call('activate', pictured, hostOf(pictured, 1))
  const license_key = `id:${licenses[pictured]!.id}`
  await ask('PUT /licenses/:license_key/meta/:key', { license_key, key: 'order', value: '10482' })
  await ask('POST /licenses/:license_key/notes', {
    license_key,
    note: 'Moves to a new laptop in June; wrote on Monday.',
  })
  await goTo(3 * dayMs)
  for (let n = 0; n < 34; n++) if (n % 6 !== 5 && n % 7 !== 3) await call('verify', n, hostOf(n))
  await ask('POST /licenses/:license_key/extend', { license_key, by: '30d' })
  await ask('POST /licenses/:license_key/block', { license_key: `id:${licenses[12]!.id}`, reason: 'chargeback' })
  await ask('POST /api-keys', { name: 'web shop', preset: 'shop' })
  await countCalls(installation, products)
  for (const [minutes, path, n, identifier] of [
    [52, 'activate', 31, hostOf(31, 2)],
    [47, 'verify', 3, hostOf(3)],
    [38, 'verify', 20, hostOf(20)],
    [31, 'activate', pictured, 'tom-new-laptop'],
    [30, 'verify', pictured, 'tom-new-laptop'],
    [24, 'verify', 12, hostOf(12)],
    [19, 'verify', 7, hostOf(7)],
    [15, 'activate', 28, hostOf(28, 3)],
    [12, 'verify', 14, hostOf(14)],
    [9, 'verify', 33, hostOf(33)],
    [6, 'verify', 1, hostOf(1)],
    [4, 'verify', 19, hostOf(19)],
    [2, 'verify', 0, hostOf(0)],
  ] as const) {
    await goTo(minutes * 60_000)
    await call(path, n, identifier)
  }
  await goTo(0)
  await until('the calls', async () => (await ask('GET /calls', { route: ['verify'] })).calls.length >= 10)
  return licenses[pictured]!.id
}

/** The counts of fifteen days: more by day than by night, fewer at weekends, a few refusals. */
async function countCalls({ folder }: TestInstallation, products: readonly string[]) {
  const database = openRaw(folder)
  const insert = database.query('insert or replace into call_counts values (?, ?, ?, ?, ?, ?)')
  const now = Math.floor(pictureMoment.getTime() / hourMs) * hourMs
  for (let hours = 1; hours <= 15 * 24; hours++) {
    const at = new Date(now - hours * hourMs)
    const isWeekend = at.getUTCDay() % 6 === 0
    const daylight = Math.max(0, Math.sin(((at.getUTCHours() - 5) / 16) * Math.PI))
    const busy = (8 + 52 * daylight) * (isWeekend ? 0.45 : 1) * (1 + 0.15 * Math.sin(hours * 1.7))
    for (const [nth, product] of products.entries()) {
      const calls = Math.round(busy / (nth + 1))
      const refused = Math.round((calls * (3 + 2 * Math.sin(hours / 9 + nth))) / 100)
      insert.run(at.getTime(), 'verify', '200', product, 2, calls)
      insert.run(at.getTime(), 'verify', nth ? '203' : '205', product, 2, refused)
      insert.run(
        at.getTime(),
        'activate',
        '300',
        product,
        2,
        Math.round((calls / 30) * (1.4 + Math.sin(hours / 3.1 + nth))),
      )
      if (hours % 5 === 0) insert.run(at.getTime(), 'activate', '302', product, 2, 1 + nth)
    }
  }
  database.close()
}
