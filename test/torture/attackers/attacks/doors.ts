import { type Door, isAdmin, isForNobody, mayUse, needsKey } from '../doors'
import { type Attack, expectCode, type Scene } from '../scene'

/** What a parameter of a path may be, as far as somebody can count or think of it. */
function parameter({ world, target, chance }: Scene, name: string): string {
  const { contracts, own, products, keys } = world
  const ids = () => String(chance.pick([keys.disabledId, contracts.own.id, chance.pick(contracts.others).id, 1, 2, 3]))
  const values: Record<string, () => string> = {
    product: () => String(chance.pick(Object.values(products))),
    contract: ids,
    license_key: () => chance.pick([own.key, String(chance.pick(world.others).id)]),
    user: () => chance.pick([target.owner.name, target.operator.name, target.viewer.name]),
    email: () => 'reader@example.com',
    name: () => chance.pick(['trusted_proxies', 'envato_token', 'guesses_per_minute']),
    table: () => chance.pick(['licenses', 'contracts', 'activations', 'products', 'api_keys', 'telemetry', 'users']),
    token: () => 'x',
    feature: () => 'seats',
  }
  return encodeURIComponent((values[name] ?? ids)())
}

const pathOf = (scene: Scene, { path }: Door) =>
  path.replaceAll(/\{(\w+)\}/g, (_, name: string) => parameter(scene, name))

/** Fields that would give somebody more, wherever they are taken. */
function temptingFields({ world, chance, target, who }: Scene): Record<string, unknown> {
  const own = { operator: target.operator, viewer: target.viewer }[who]
  const other = chance.pick(world.others)
  const all: Record<string, unknown> = {
    ...{ name: `of ${who}`, role: 'owner', preset: 'all', capabilities: ['*'], status: 'active', all: true },
    ...{ value: '0.0.0.0/0', password: 'a password of nobody at all', url: 'https://evil.example/', events: 'all' },
    ...{ product_id: other.product, license_id: other.id, contract_id: chance.pick(world.contracts.others).id, id: 1 },
    ...{ owner_email: 'thief@example.com', owner_name: 'Thief', quantity: 5, overlap: '7d', activation_limit: 0 },
    ...{ license_key: world.own.key, identifier: 'thief', key: 'note', with_licenses: true, by: '9999d', bits: 2048 },
  }
  const some = Object.entries(all).filter(() => chance.happens(0.6))
  return { ...Object.fromEntries(some), ...(own && chance.happens(0.2) && { current_password: own.password }) }
}

/** An API key tries the endpoints it was not given. */
export const tryOtherEndpoints =
  (capabilities: readonly string[]): Attack =>
  async (scene) => {
    const { target, chance, ask, bearer } = scene
    const closed = target.doors.filter((door) => needsKey(door) && !capabilities.includes(door.capability ?? ''))
    for (let i = 0; i < 8; i++) {
      const door = chance.pick(closed)
      const heard = await ask(`${door.method} ${pathOf(scene, door)}`, temptingFields(scene))
      expectCode(scene, 'an API key does what it was given', heard, [bearer ? 102 : 100, 150], { door })
    }
    const disabled = await ask('GET /api/v1/get-all-products', {}, { bearer: scene.world.keys.disabled })
    expectCode(scene, 'a disabled API key is none', disabled, [101])
  }

const ways: readonly Record<string, string>[] = [
  {},
  { 'x-http-method-override': 'GET', 'x-original-url': '/admin/api/session' },
  { 'x-forwarded-user': 'owner', 'x-real-ip': '127.0.0.1', forwarded: 'for=127.0.0.1' },
  { 'sec-fetch-site': 'same-origin', cookie: 'latchkey_session=x; latchkey_session=y' },
]

/** Somebody who is no user knocks at the operators’ doors, with the key they have or none. */
export const tryAdminDoors: Attack = async (scene) => {
  const { target, chance, ask, found } = scene
  const doors = target.doors.filter((door) => isAdmin(door) && !isForNobody(door))
  for (let i = 0; i < 6; i++) {
    const door = chance.pick(doors)
    const headers = chance.pick(ways)
    const heard = await ask(`${door.method} ${pathOf(scene, door)}`, temptingFields(scene), { headers })
    if (![401, 403, 404, 429].includes(heard.status))
      found('operators’ doors are for operators', { door, headers, text: heard.text.slice(0, 500) })
  }
}

/** A user tries every door that their role is too small for, and looks at everything behind the others. */
export const tryRoles =
  (role: 'viewer' | 'operator'): Attack =>
  async (scene) => {
    const { target, chance, ask, found } = scene
    const admin = target.doors.filter(isAdmin)
    const closed = admin.filter((door) => !mayUse(role, door))
    // The forms of operations describe times, which look like lines of a stack.
    const open = admin.filter(
      (door) => mayUse(role, door) && door.method === 'GET' && !door.path.endsWith('/operations'),
    )
    for (let i = 0; i < 10; i++) {
      const isLooking = chance.happens(0.4)
      const door = chance.pick(isLooking ? open : closed)
      const headers = { ...chance.pick(ways), ...(chance.happens(0.3) && { accept: 'text/csv' }) }
      const fields = isLooking ? { limit: '200', format: 'jsonl' } : temptingFields(scene)
      const heard = await ask(`${door.method} ${pathOf(scene, door)}`, isLooking && chance.happens(0.5) ? {} : fields, {
        headers,
      })
      if (!isLooking && ![403, 429].includes(heard.status))
        found('a user does what their role may', { role, door, fields, text: heard.text.slice(0, 500) })
    }
  }
