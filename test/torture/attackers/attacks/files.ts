import { type Attack, expectCode, type Scene, volley } from '../scene'

const names = ['identifier', 'hardware_id', 'hardwareId', 'hwid', 'domain', 'server_domain']

/** The devices that a file is for, in its own words. */
const devicesOf = (file: { license?: { hardware_id?: unknown; domain?: unknown } }) =>
  [file.license?.hardware_id, file.license?.domain].filter((name) => name !== undefined && name !== null)

/** A file for a device without a connection, asked for by every name a device can have. */
export const fileForOthers: Attack = async (scene) => {
  const { world, chance, ask } = scene
  const { own } = world
  const [seated] = own.seats
  for (let i = 0; i < 8; i++) {
    const device = chance.pick([seated, seated, world.blockedDevice, 'another', [seated], '', seated!.toLowerCase()])
    const other = chance.pick(['another', world.blockedDevice, seated, ' another ', ['another'], { a: 1 }])
    const [one, two] = [chance.pick(names), chance.pick(names)]
    const query = chance.happens(0.3) ? `?${chance.pick(names)}=${chance.pick(['another', world.blockedDevice])}` : ''
    const fields = { [one]: device, [two]: other, grace_period_days: chance.pick<unknown>([0, 30, 365, 1e9, -1]) }
    const door = `POST /api/v1/licenses/${own.key}/offline-file${query}`
    const heard = await ask(door, fields)
    requireOwnDevice(scene, heard, { door, fields })
  }
}

function requireOwnDevice(scene: Scene, heard: Awaited<ReturnType<Scene['ask']>>, evidence: object) {
  const { world, found, count } = scene
  if (heard.code !== undefined) {
    return expectCode(scene, 'a file is for the device that holds the seat', heard, [9400, 150, 202, 215], evidence)
  }
  count('files signed')
  const strangers = devicesOf(heard.response).filter((name) => name !== world.own.seats[0])
  if (strangers.length || !heard.response.signature)
    found('a file is for the device that holds the seat', { text: heard.text, ...evidence })
}

/** Signatures by the dozen: nonces, offline files and licence files at once, of one good licence. */
export const orderSignatures: Attack = async (scene) => {
  const { world, chance, ask, found, count } = scene
  const { own } = world
  const device = { license_key: own.key, identifier: own.seats[0] }
  await volley(scene, 60, async (i) => {
    const kind = chance.below(4)
    if (kind === 0) {
      const heard = await ask(`POST /api/v1/licenses/${own.key}/offline-file`, { identifier: own.seats[0] })
      return requireOwnDevice(scene, heard, {})
    }
    if (kind === 1)
      return expectCode(
        scene,
        'a licence file is made or not',
        await ask('POST /api/v1/get-license-file', device),
        [502, 503],
      )
    const nonce = `burst-${i}-${chance.below(2 ** 30)}`
    // What it is for was taken out of the request on its way.
    const heard = await ask('POST /api/v1/verify', { ...device, nonce })
    count('nonces')
    const { code, response } = heard
    if (code === 200 && (response.nonce !== nonce || response.product_id !== world.products.cheap))
      found('an answer with a nonce names its product', { text: heard.text })
    return expectCode(scene, 'an answer with a nonce is true', heard, [200])
  })
}
