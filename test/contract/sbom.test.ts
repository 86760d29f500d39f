import { expect, test } from 'bun:test'
import { join } from 'node:path'
import Ajv from 'ajv'
import addFormats from 'ajv-formats'
import manifest from '../../package.json'
import { binary, spawnBinary, speak } from '../support/installation'
import { root } from '../support/readme'

const print = () => (binary ? spawnBinary : speak)(['sbom'])
const printed = await print()
const bill = JSON.parse(printed.out)
const components: { purl: string; type: string; hashes: { content: string }[] }[] = bill.components

const schemas = join(root, 'node_modules/@cyclonedx/cyclonedx-library/res/schema')
const schema = (name: string) => Bun.file(join(schemas, `${name}.SNAPSHOT.schema.json`)).json()

test('the bill of materials is valid CycloneDX', async () => {
  const [bom, spdx, jsf] = await Promise.all(['bom-1.6', 'spdx', 'jsf-0.82'].map(schema))
  const ajv = new Ajv({ strict: false, formats: { 'iri-reference': true, 'idn-email': true } })
  for (const [name, each] of Object.entries({ spdx, 'jsf-0.82': jsf })) {
    ajv.addSchema({ ...each, $id: `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json` })
  }
  addFormats(ajv)
  const isValid = ajv.compile(bom)
  expect({ isValid: isValid(bill), errors: isValid.errors }).toEqual({ isValid: true, errors: null })
}, 30_000)

test('it has every dependency of the server with its exact version, and none of those that only test it', () => {
  const purls = components.map(({ purl }) => purl)
  const purlOf = ([name, version]: [string, string]) => `pkg:npm/${name.replace('@', '%40')}@${version}`
  expect(purls).toEqual(expect.arrayContaining(Object.entries(manifest.dependencies).map(purlOf)))
  for (const name of Object.keys(manifest.devDependencies)) {
    // The API's description brings this one along for its types.
    if (name !== 'typescript') expect(purls.join('\n')).not.toContain(`/${name.replace('@', '%40')}@`)
  }
  expect(components.find(({ purl }) => purl === `pkg:npm/bun@${manifest.dependencies.bun}`)?.type).toBe('platform')
  for (const { hashes } of components) expect(hashes[0]!.content).toMatch(/^[0-9a-f]{128}$/)
})

test('whatever is needed by something in it is in it', () => {
  const references = new Set(components.map(({ purl }) => purl))
  const [own, ...others]: { ref: string; dependsOn: string[] }[] = bill.dependencies
  expect(own!.dependsOn).toHaveLength(Object.keys(manifest.dependencies).length)
  expect(new Set(others.map(({ ref }) => ref))).toEqual(references)
  for (const { dependsOn } of others) for (const reference of dependsOn) expect(references).toContain(reference)
})

test('it is the same each time', async () => {
  expect((await print()).out).toBe(printed.out)
})
