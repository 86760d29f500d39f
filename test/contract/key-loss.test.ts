import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startInstallation, type TestInstallation } from '../support/installation'
import { makeOperator } from '../support/operator'
import { makeProduct } from '../support/stock'
import { until } from '../support/wait'

let installation: TestInstallation
beforeAll(async () => {
  installation = await startInstallation()
})
afterAll(() => installation.close())

const shownKeys = async () => (await installation.cli('key', 'show', '--json')).json.keys
const current = async () =>
  (await shownKeys()).find(
    (key: { state: string; product_id: number | null }) => key.state === 'current' && key.product_id === null,
  )

function keyFile() {
  const path = join(installation.folder, '..', 'brought.pem')
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  writeFileSync(path, privateKey.export({ type: 'pkcs8', format: 'pem' }))
  return path
}

describe('what changes the key that signs', () => {
  test('says without a terminal how many answers the present one signed, and changes nothing without --yes', async () => {
    const before = await current()
    await installation.ask('POST /api/v1/verify')
    await until('the count is written', async () => (await current()).uses.unnamed > 0)
    const product = String(await makeProduct(installation))
    const lost = `Clients that know only key ${before.key_id} will refuse every answer`
    const cases: [string[], string][] = [
      [['rotate', '--overlap', '0'], `${lost} from now on. Say --yes`],
      [['import', keyFile()], `${lost} from now on. Say --yes`],
      [['import', keyFile(), '--product', product], `${lost} about product ${product} from now on. Say --yes`],
      [['generate', '--product', product], `${lost} about product ${product} from now on. Say --yes`],
    ]
    for (const [args, sentence] of cases) {
      const { exitCode, out, err } = await installation.cli('key', ...args)
      expect({ args, exitCode, out }).toEqual({ args, exitCode: 2, out: '' })
      expect(err).toContain(sentence)
      expect(err).toMatch(/signed [1-9]\d* answers? in the last seven days/)
    }
    expect((await shownKeys())[0].key_id).toBe(before.key_id)
    expect(await shownKeys()).toHaveLength(2)
  })

  test('says with an overlap until when the present one still signs', async () => {
    const { key_id } = await current()
    const { err } = await installation.cli('key', 'rotate', '--overlap', '30d')
    const end = new Date(installation.now().getTime() + 30 * 86_400_000).toISOString().slice(0, 10)
    expect(err).toContain(`It still signs until ${end}`)
    expect(err).toContain(`clients that know only key ${key_id} will refuse every answer from then on`)
  })

  test('asks nothing where no client loses anything: the key that signs is put in place again', async () => {
    const path = keyFile()
    expect((await installation.cli('key', 'import', path, '--yes')).exitCode).toBe(0)
    expect((await installation.cli('key', 'import', path)).exitCode).toBe(0)
  })

  test('names every key that ends while a rotation is running', async () => {
    const old = await current()
    const fresh = (await installation.cli('key', 'rotate', '--overlap', '30d', '--bits', '2048', '--yes', '--json'))
      .json
    const { err } = await installation.cli('key', 'rotate', '--overlap', '0')
    for (const { key_id } of [old, fresh]) expect(err).toContain(`Clients that know only key ${key_id} will refuse`)
  })
})

describe('a rotation', () => {
  test.each([
    ['key', 'POST /signing-keys/rotate', '30d', ['key', 'rotate']],
    ['api-key', 'POST /api-keys/1/rotate', '7d', ['api-key', 'rotate', '1']],
  ] as const)('of the %s wants its overlap said at both doors, and recommends one', async (_, route, usual, words) => {
    const owner = await makeOperator(installation, 'owner')
    const proof = route.startsWith('POST /api-keys') ? { current_password: owner.password } : {}
    const before = await shownKeys()
    const spoken = await installation.cli(...words)
    expect(spoken).toMatchObject({
      exitCode: 2,
      out: '',
      err: expect.stringMatching(new RegExp(`--overlap: .*: ${usual}.* or 0 to`)),
    })
    for (const fields of [{}, { overlap: '' }, { overlap: null }]) {
      const told = await owner.tell(route, { ...fields, ...proof })
      expect(told.status).toBe(422)
      expect(told.body.error.fields.overlap).toEqual([expect.stringMatching(new RegExp(`: ${usual}.* or 0 to`))])
    }
    const wrong = await owner.tell(route, { overlap: 'a while', ...proof })
    expect(wrong.body.error.fields).toEqual({ overlap: [expect.stringContaining('"a while" is not a time')] })
    const stays = ({ uses: __, ...key }: { uses: object }) => key
    expect((await shownKeys()).map(stays)).toEqual(before.map(stays))
  })

  test('of an API key that ends its present value at once asks first', async () => {
    const { id } = (await installation.cli('api-key', 'create', '--name', 'till', '--preset', 'shop', '--json')).json
    const { exitCode, err } = await installation.cli('api-key', 'rotate', String(id), '--overlap', '0')
    expect({ exitCode, err }).toEqual({ exitCode: 2, err: expect.stringContaining('"till" is refused from now on') })
  })
})
