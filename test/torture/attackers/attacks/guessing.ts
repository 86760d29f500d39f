import { anIpv4, ipv6Network } from '../addresses'
import type { Attack, Scene } from '../scene'
import { limits } from '../target'

/** Everything that can be guessed at. */
function guesses({ bearer }: Scene, wrong: string): Parameters<Scene['ask']>[] {
  const device = { identifier: 'device' }
  const byKey: Parameters<Scene['ask']>[] = [
    ['POST /api/v1/verify', { license_key: wrong, ...device }],
    ['POST /api/v1/activate', { license_key: wrong, ...device }],
    ['POST /api/v1/get-license-key-details', { license_key: wrong, ...device }],
    [`POST /api/v1/licenses/${wrong}/offline-file`, device],
    [`GET /api/v1/licenses/${wrong}/features/seats`, {}],
    ['GET /api/v1/contracts/get-info', { contract_key: wrong }],
    ['POST /api/v1/contracts/destroy', { license_key: wrong }],
    ['POST /api/v1/contracts/destroy-all', { contract_id: wrong }],
  ]
  const byAnybody: Parameters<Scene['ask']>[] = [
    ['POST /api/v1/verify', {}, { bearer: wrong }],
    ['GET /admin/api/status', {}, { bearer: `lko_${wrong}` }],
    ['GET /admin/api/status', {}, { bearer: undefined, headers: { cookie: `latchkey_session=${wrong}` } }],
    [`GET /api/v1/download/${wrong}/${wrong}/ZGV2aWNl/1`, {}, { bearer: undefined }],
  ]
  return bearer ? [...byKey, ...byAnybody] : byAnybody
}

/** More guesses than the limit, in one turn: from one address, or spread over a network of IPv6. */
export const guessInVolleys: Attack = async (scene) => {
  const { chance, ask, isQuick, count } = scene
  const [source, factor] = chance.pick<[() => string, number]>([
    [onlyThat(anIpv4(chance)), 1],
    [ipv6Network(chance, 64), 1],
    [ipv6Network(chance, 56), 2],
    ...(isQuick ? [] : [[ipv6Network(chance, 48), 4] as [() => string, number]]),
  ])
  const [all, isMixed] = [guesses(scene, '').length, chance.happens(0.4)]
  const kind = chance.below(all)
  const size = Math.ceil(limits.guesses * factor * 1.6)
  await Promise.all(
    Array.from({ length: size }, async () => {
      const wrong = `GUESS${chance.below(2 ** 30)}`
      const [door, fields, more] = guesses(scene, wrong)[isMixed ? chance.below(all) : kind]!
      const { code, status } = await ask(door, fields, { ...more, from: source() })
      count(code === 9429 || status === 429 ? 'guesses refused' : 'guesses answered')
    }),
  )
}

const onlyThat = (address: string) => () => address

/** Passwords of others, tried from many places; whoever knows the right one is let in all the same. */
export const guessPasswords: Attack = async (scene) => {
  const { target, chance, ask } = scene
  const { name } = chance.pick([target.owner, target.operator, target.viewer])
  for (let i = 0; i < 4; i++) {
    const fields = {
      name,
      password: chance.pick(['', name, 'password password', `guess ${chance.below(99)} guess guess`]),
    }
    const heard = await ask('POST /admin/api/session', fields, { bearer: undefined })
    if (heard.status === 200) scene.found('a session is for those who know the password', { fields })
  }
}
