import { anAddress } from '../addresses'
import { type Attack, expectCode, type Scene, volley } from '../scene'

/** What can be said of a licence by somebody who does not know its key. */
function guessableKey({ world, chance }: Scene): unknown {
  const { id } = chance.pick(world.others)
  return chance.pick<unknown>([
    ...[id, String(id), 'KEY', 'KEY%', 'KEY______', '*', '%', [id], { $ne: 1 }, '', true, `${world.own.key}%`],
    ...['STOCK%', 'STOCK', 'null', "' or '1'='1", '\u0000'],
  ])
}

const doors = [
  'verify',
  'activate',
  'deactivate',
  'get-license-key-details',
  'get-license-file',
  'access-downloadables',
]
const unheard = [210, 215, 501, 9400, 9413]

/** Somebody with the key of the software asks about licences that are not theirs. */
export const reachForLicenses: Attack = async (scene) => {
  const { world, chance, ask } = scene
  for (let i = 0; i < 8; i++) {
    const victim = chance.pick(world.others)
    const fields = {
      license_key: guessableKey(scene),
      ...{ identifier: chance.pick([world.own.seats[0], 'device', String(victim.id)]), id: victim.id },
      ...(chance.happens(0.3) && { license_id: victim.id, product_id: victim.product }),
    }
    const door = `POST /api/v1/${chance.pick(doors)}`
    expectCode(scene, 'a licence is for those who know its key', await ask(door, fields), unheard, { door, fields })
  }
  const { own, products } = world
  const elsewhere = { license_key: own.key, identifier: own.seats[0], product_id: products.dear }
  expectCode(scene, 'a licence is for its product', await ask('POST /api/v1/verify', elsewhere), [210])
}

const devicesAtOnce = 4
const timesEach = 12

/** Devices take and free the seats of one licence, as often as they can, and leave as much behind as fits. */
export const takeAndFree: Attack = async (scene) => {
  const { world, chance, ask, claims, count } = scene
  const { own } = world
  claims.permissions.push({ place: new RegExp(`^seat ${own.key} `), accepts: () => true })
  const from = anAddress(chance)
  const long = 'x'.repeat(chance.pick([1, 100, 900]))
  const headers = { 'user-agent': long.repeat(5), 'x-request-id': long.slice(0, 200) }
  await ask('POST /api/v1/deactivate', { license_key: own.key, identifier: world.blockedDevice }, { from })
  await volley(scene, devicesAtOnce, async (i) => {
    const fields = { license_key: own.key, identifier: `${long}-${i}` }
    const post_url = `https://${long.slice(0, 60)}.example/${'p'.repeat(900)}`
    for (let time = 0; time < timesEach; time++) {
      const taken = await ask('POST /api/v1/activate', { ...fields, post_url }, { from, headers })
      expectCode(scene, 'seats are as many as were sold', taken, [300, 301, 302])
      if (taken.code === 300) count('seats taken')
      await ask('POST /api/v1/deactivate', fields, { from, headers })
    }
  })
}

/** A purchase code, written in every way, by many at once. */
export const useCodeOften: Attack = async (scene) => {
  const { target, world, chance, ask, claims, secrets, who } = scene
  const hex = (length: number) => Array.from({ length }, () => chance.below(16).toString(16)).join('')
  const code = `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`
  secrets.keep(code, 'a purchase code', who, 'integrator', 'operator', 'viewer')
  const item = { id: 70_000 + Number(world.round), name: 'market' }
  target.sales.set(code, { buyer: 'a buyer', item })
  claims.purchaseCodes.push(code)
  claims.permissions.push({ place: `license ${code}`, accepts: (row) => row?.product_id === world.products.market })
  const written = [
    ...[code, code.toUpperCase(), code.replaceAll('-', ''), ` ${code}\t`, code.replaceAll('-', ' – ')],
    ...[`\u200b${code}`, code.replace('-', ''), `${code}\n`],
  ]
  const heard = await volley(scene, 16, (i) =>
    ask('POST /api/v1/verify', {
      license_key: written[i % written.length],
      identifier: `site ${i}`,
      email: `${i}@x.example`,
    }),
  )
  for (const each of heard) expectCode(scene, 'a purchase code is one licence', each, [206, 202, 210])
}

/** A download address of one’s own, altered in each of its parts. */
export const alterLinks: Attack = async (scene) => {
  const { world, chance, ask, bearer } = scene
  const { own, releases } = world
  const listed = await ask('POST /api/v1/access-downloadables', { license_key: own.key, identifier: own.seats[0] })
  if (listed.code !== 600) return
  const [token, key, device] = new URL(listed.response.downloadables[0].url).pathname.split('/').slice(4)
  const base64 = (text: string) => encodeURIComponent(Buffer.from(text).toString('base64'))
  const other = chance.pick(world.others)
  for (let i = 0; i < 6; i++) {
    const parts = [
      chance.pick([token, bearer, 'x', token!.slice(0, -2)]),
      chance.pick([key, key, String(other.id), own.key.toLowerCase()]),
      chance.pick([device, device, base64(world.blockedDevice), base64('elsewhere')]),
      chance.pick([
        releases.published,
        releases.hidden,
        releases.hidden,
        `${releases.published}/../${releases.hidden}`,
      ]),
    ]
    const heard = await ask(`GET /api/v1/download/${parts.join('/')}`, {}, { bearer: undefined })
    // A key is known in lower case as well.
    const isOwn = String(parts[1]).toLowerCase() === key!.toLowerCase() && parts[2] === device
    const isGiven = heard.text === releases.content
    if (isGiven && !(isOwn && parts[3] === releases.published))
      scene.found('a link is for its licence, device and version', { parts })
    if (!isGiven)
      expectCode(scene, 'a link is for its licence, device and version', heard, [700, 701, 150, 9404], { parts })
  }
}
