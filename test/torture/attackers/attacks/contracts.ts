import { type Attack, expectCode, type Scene, volley } from '../scene'

/** Every name that anybody can think of for a contract that is not theirs. */
function guessableName({ world, chance }: Scene): unknown {
  const { id } = chance.pick(world.contracts.others)
  return chance.pick<unknown>([
    ...[id, String(id), `0${id}`, ` ${id} `, `${id}.0`, [id], { id }, `+${id}`, `${id}e0`],
    ...['another', 'a third', '%', '*', '', null, true, -1, "' or 1=1 --"],
  ])
}

/** Fields that name one contract, or two. */
function naming(scene: Scene): Record<string, unknown> {
  const { world, chance } = scene
  const field = chance.pick(['contract_id', 'contractId', 'contract_uuid', 'contract_key'])
  const own = chance.happens(0.4) ? { contract_key: world.contracts.own.key } : {}
  return { ...own, [field]: guessableName(scene) }
}

/** A holder who knows one contract key reaches for the contracts of others. */
export const reachForContracts: Attack = async (scene) => {
  const { world, chance, ask } = scene
  for (let i = 0; i < 8; i++) {
    const fields = naming(scene)
    const key = chance.pick([...world.contracts.own.sold, 'KEY1', '%', chance.pick(world.others).id])
    const query = chance.happens(0.2) ? `?contract_id=${chance.pick(world.contracts.others).id}` : ''
    const [door, more] = chance.pick<[string, object]>([
      ['GET /api/v1/contracts/get-info', {}],
      [`POST /api/v1/contracts/generate${query}`, { quantity: chance.pick<unknown>([1, 8, '3', -1, 1e9]) }],
      [`POST /api/v1/contracts/destroy${query}`, { license_key: key }],
      [`POST /api/v1/contracts/destroy-all${query}`, {}],
    ])
    // Where nothing but their own contract is named, they may have meant that.
    if ('contract_key' in fields && fields.contract_key === world.contracts.own.key && door.includes('destroy-all'))
      continue
    const heard = await ask(door, { ...fields, ...more })
    if (heard.code === 1300) for (const drawn of heard.response.license_keys) noteDrawn(scene, drawn)
    else if (heard.code !== 1204 && heard.code !== 9400)
      expectCode(scene, 'a contract is its holder’s', heard, [1200, 1401, 150, 1205, 1206], { door, fields, ...more })
  }
}

/** A key of their own contract is theirs to see and to destroy. */
function noteDrawn({ claims, secrets, world }: Scene, key: string) {
  claims.drawn.add(key)
  secrets.keep(key, 'a key of a contract', 'reseller', 'integrator', 'operator', 'viewer')
  claims.permissions.push({
    place: `license ${key}`,
    accepts: (row) => row === null || row.contract_id === world.contracts.own.id,
  })
}

/** A holder draws what is left of their quota, many times at once, and repeats what others have asked. */
export const drawTooMuch: Attack = async (scene) => {
  const { world, ask, chance } = scene
  const { own } = world.contracts
  const fields = { contract_key: own.key, quantity: chance.between(1, 3) }
  const answers = await volley(scene, 6, () => ask('POST /api/v1/contracts/generate', fields))
  for (const heard of answers) {
    if (heard.code === 1300) for (const key of heard.response.license_keys) noteDrawn(scene, key)
    else expectCode(scene, 'a quota is a quota', heard, [1205, 1206])
  }
  const headers = { 'idempotency-key': world.usedIdempotencyKey }
  const replayed = await ask('POST /api/v1/contracts/generate', { ...fields, quantity: 2 }, { headers })
  expectCode(scene, 'a repeat is its sender’s', replayed, [9409])
}

/** A holder destroys what was theirs: never what a customer holds by now. */
export const destroyOwn: Attack = async (scene) => {
  const { world, ask, chance, claims } = scene
  const { own } = world.contracts
  for (const license_key of own.sold) {
    const fields = { license_key, ...(chance.happens(0.5) && { contract_key: own.key }) }
    expectCode(scene, 'a sold key is its customer’s', await ask('POST /api/v1/contracts/destroy', fields), [1401])
  }
  const one = chance.pick([...claims.drawn, 'none'])
  const heard = await ask('POST /api/v1/contracts/destroy', { license_key: one })
  if (heard.code === 1400) claims.drawn.delete(one)
  if (chance.happens(0.3)) {
    const all = await ask('POST /api/v1/contracts/destroy-all', { contract_key: own.key })
    expectCode(scene, 'a holder destroys their own keys', all, [1500, 1501])
    if (all.code === 1500) claims.drawn.clear()
  }
}
