import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { createApiKey } from '../../src/access/service'
import { readConfig } from '../../src/config'
import { buildApp } from '../../src/http/app'
import { type Installation, openInstallation } from '../../src/installation'
import { asRequest, dayMs, live, newLife, type Step } from '../support/reference'

/** `LIFE_CYCLES=10000 bun test test/worker/life-cycle.test.ts` tries harder. */
const numRuns = Number(process.env.LIFE_CYCLES ?? 300)

let installation: Installation
let ask: (path: string, fields: object) => Promise<{ code: number | string; product_id: number }>
let now = Date.UTC(2030, 0, 1)
beforeAll(async () => {
  const data_dir = mkdtempSync(join(tmpdir(), 'latchkey-life-'))
  installation = await openInstallation({
    config: readConfig({ data_dir }, {}),
    keySize: 2048,
    clock: () => new Date(now),
    makesFolder: true,
  })
  const draft = { name: 'life', preset: 'all' as const, capabilities: [], allowedIps: [] }
  const { token } = await installation.db.write((tx) => createApiKey(tx, draft, new Date(now)))
  const app = buildApp(installation)
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  ask = async (path, fields) => {
    const request = new Request(`http://localhost/api/v1/${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(fields),
    })
    return ((await (await app.handle(request)).json()) as { response: never }).response
  }
})
afterAll(() => installation.close())

const device = fc.constantFrom('laptop', 'desktop', 'phone')
const email = fc.constantFrom('ada@example.com', 'eve@example.com')
const words = ['available', 'assigned', 'active', 'expired', 'reserved', 'blocked', 'suspended', 'inactive', 'revoked']
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('verify', 'activate', 'deactivate', 'details'), device }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('assign' as const), email }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('assignAndActivate' as const), email, device }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('setStatus' as const), word: fc.constantFrom(...words) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('setLimit' as const), limit: fc.integer({ min: -1, max: 2 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('setValidity' as const), days: fc.integer({ min: 0, max: 3 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('setProduct' as const), isActive: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const), days: fc.integer({ min: 1, max: 3 }) }) },
)

let lives = 0

test(
  `the server agrees with the life-cycle of a licence in ${numRuns} lives`,
  async () => {
    const lived = fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 15 }), async (steps) => {
      const license_key = `LIFE-${++lives}`
      const { product_id } = await ask('create-product', {
        source: 'internal',
        name: 'p',
        description: 'd',
        require_non_expired: 0,
        status: 'active',
      })
      const terms = { product_id, activation_limit: 0, validity: 0, status: 'available' }
      await ask('create-license-keys', { ...terms, license_keys: [license_key] })
      const life = newLife(now)
      for (const each of steps) {
        const expected = live(life, each)
        if (each.do === 'wait') now += each.days * dayMs
        else expect([each, (await take(each, license_key, product_id)).code]).toEqual([each, expected!])
      }
    })
    await fc.assert(lived, { numRuns })
  },
  numRuns * 100,
)

function take(step: Exclude<Step, { do: 'wait' }>, license_key: string, product_id: number) {
  if (step.do !== 'setProduct') return ask(...asRequest(step, license_key))
  return ask('update-product', { product_id, status: step.isActive ? 'active' : 'inactive' })
}
