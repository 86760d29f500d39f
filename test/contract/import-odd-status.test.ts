import { afterAll, beforeAll, expect, test } from 'bun:test'
import { startInstallation, type TestInstallation } from '../support/installation'
import { makeFile, makeProduct } from '../support/stock'

let installation: TestInstallation
let product: number
beforeAll(async () => {
  installation = await startInstallation()
  product = await makeProduct(installation)
})
afterAll(() => installation.close())

test.each(['{}', '{"toString":1,"valueOf":2}', '[]', '["sold"]', 'true', '7', '"constructor"', '"__proto__"'])(
  'a status of %s in a JSON file is refused as a word that is not known',
  async (status) => {
    const line = `{"license_key":"ODD-1","product_id":${product},"activation_limit":1,"status":${status}}`
    const file = makeFile(installation, `${line}\n`, 'licenses.jsonl')
    const { exitCode, err, out } = await installation.cli('import', file, '--yes', '--json')
    const json = JSON.parse(out)
    expect({ exitCode, refused: json.refused, made: json.made }).toEqual({ exitCode: 1, refused: 1, made: 0 })
    expect(json.reasons).toMatchObject([{ column: 'status' }])
    expect(err).not.toContain('$bunfs')
  },
)
