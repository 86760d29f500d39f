import { postHead } from '../../../support/socket'
import { dial } from '../../hostile/connection'
import { anAddress } from '../addresses'
import { type Attack, expectCode, volley } from '../scene'

const mebibyte = 1_048_576
const json = { 'content-type': 'application/json' }
const form = { 'content-type': 'application/x-www-form-urlencoded' }

const bodies: readonly [string, Record<string, string>][] = [
  [`{"a":[${'1,'.repeat(523_000)}1]}`, json],
  [`{"a":[${'{},'.repeat(300_000)}1]}`, json],
  [`{"a":${'['.repeat(500_000)}${']'.repeat(500_000)}}`, json],
  [`{${Array.from({ length: 70_000 }, (_, i) => `"a${i}":1`).join()}}`, json],
  [`{"license_key":"${'[,'.repeat(500_000)}"}`, json],
  ['a&'.repeat(520_000), form],
  ['a=%5B&'.repeat(170_000), form],
]

/** Bodies as large and as deep as they may be, and a little more. */
export const sendLargeBodies: Attack = async (scene) => {
  const { chance, ask, count, bearer } = scene
  const [body, headers] = chance.pick(bodies)
  await volley(scene, 6, async () => {
    count('large bodies')
    const heard = await ask('POST /api/v1/verify', {}, { body, headers })
    const expected = [9400, 9413, 210, 215, ...(bearer ? [102] : [100])]
    expectCode(scene, 'a large body is refused', heard, expected, { body: body.slice(0, 40) })
  })
}

/** Bodies that do not end, as many as are let in, while their senders go on as if nothing were. */
export const neverEndBodies: Attack = async (scene) => {
  const { target, chance, count } = scene
  const piece = 'x'.repeat(chance.pick([10, 60_000, 200_000]))
  const sockets = await volley(scene, 80, async () => {
    const socket = await dial(target.stage)
    const length = chance.pick([mebibyte, mebibyte - 1, 500_000])
    const head = { ...json, 'content-length': length, 'x-forwarded-for': anAddress(chance) }
    socket.write(`${postHead('/api/v1/verify', head)}{"license_key":"${piece}`)
    count('hostile requests')
    return socket
  })
  await Bun.sleep(chance.between(50, 400))
  for (const socket of sockets) socket.destroy()
}

const longFields = ['user_identifier', 'license_key', 'text_data', 'data_group', 'hwid', 'country', 'flags', 'metadata']

/** Telemetry without end, in small records and in the largest there are. */
export const floodTelemetry: Attack = async (scene) => {
  const { chance, ask, claims, world, bearer } = scene
  const text = 'x'.repeat(chance.pick([10, 5000, 65_000, 65_000]))
  const record = Object.fromEntries(longFields.map((name) => [name, text]))
  const isSpread = chance.happens(0.6)
  const from = anAddress(chance)
  await volley(scene, 24, async () => {
    const fields = {
      ...record,
      data_type: 'text',
      product_id: world.products.cheap,
      activation_identifier: `round ${world.round}`,
    }
    const heard = await ask('POST /api/v1/send-telemetry-data', fields, { bearer, ...(!isSpread && { from }) })
    expectCode(scene, 'telemetry is kept or refused', heard, [830, 831])
    if (heard.code === 830 || heard.code === 831) claims.telemetry++
  })
}

/** What takes no key: the list of public keys, pages for anybody, and what is not there. */
export const askWithoutKey: Attack = async (scene) => {
  const { chance, ask } = scene
  const doors = [
    'GET /api/v1/keys',
    'GET /api/product/public-key',
    'GET /api/v1/products/none/changelog',
    'POST /api/v1/verify',
  ]
  await volley(scene, 40, async (i) => {
    const door = chance.pick(doors)
    const fields = chance.happens(0.3) ? { product_id: i, nonce: `stranger-${i}`, page: i } : {}
    const heard = await ask(door, fields, { bearer: undefined })
    expectCode(scene, 'a stranger hears what anybody may', heard, [undefined as never, 632, 551, 100, 9400, 1601])
  })
}

/** One copy of a program asks as much as it can with the key that all of them carry. */
export const useUpSharedKey: Attack = async (scene) => {
  const { chance, ask, world } = scene
  const from = anAddress(chance)
  await volley(scene, 60, async (i) => {
    const fields = { product_id: world.products.cheap }
    const heard = await ask(`GET /api/v1/get-product`, fields, { from, headers: { 'x-device': String(i) } })
    expectCode(scene, 'a key is good within its rate', heard, [631])
  })
}
