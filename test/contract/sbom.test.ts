import { expect, test } from 'bun:test'
import { join } from 'node:path'
import Ajv from 'ajv'
import addFormats from 'ajv-formats'
import tailwind from 'bun-plugin-tailwind'
import manifest from '../../package.json'
import { binary, spawnBinary, speak } from '../support/installation'
import { root } from '../support/readme'

const print = () => (binary ? spawnBinary : speak)(['sbom'])
const printed = await print()
const bill = JSON.parse(printed.out)
interface Component {
  name: string
  version: string
  purl: string
  type: string
  hashes: { alg: string; content: string }[]
  components?: { name: string; licenses: { license: { name: string } }[] }[]
}
const components: Component[] = bill.components

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

const purlOf = ([name, version]: [string, string]) => `pkg:npm/${name.replace('@', '%40')}@${version}`
const purls = components.map(({ purl }) => purl)
const [runtime, ...packages] = components

test('it names every dependency of the server with its exact version, and none of those that only test it', () => {
  const { bun: _, ...dependencies } = manifest.dependencies
  expect(purls).toEqual(expect.arrayContaining(Object.entries(dependencies).map(purlOf)))
  for (const name of Object.keys(manifest.devDependencies)) {
    expect(purls.join('\n')).not.toContain(`/${name.replace('@', '%40')}@`)
  }
  for (const { hashes } of packages) expect(hashes[0]!.content).toMatch(/^[0-9a-f]{128}$/)
})

test('it names the packages that are in the bundle and no other', async () => {
  const entrypoints = ['main', 'rsa-worker', 'checkpoint-worker'].map((name) => join(root, 'src', `${name}.ts`))
  const options = { sourcemap: 'external', splitting: true } as const
  const external = ['bun-plugin-tailwind']
  const bundles = [
    await Bun.build({ ...options, entrypoints, target: 'bun', external }),
    await Bun.build({
      ...options,
      entrypoints: [join(root, 'src/console/main.tsx')],
      target: 'browser',
      plugins: [tailwind],
    }),
  ]
  const maps = bundles.flatMap(({ outputs }) => outputs).filter(({ kind }) => kind === 'sourcemap')
  const sources = (await Promise.all(maps.map((map) => map.json()))).flatMap((map) => map.sources as string[])
  const assets = ['node_modules/swagger-ui-dist/']
  const bundled = [...sources, ...assets].flatMap(
    (path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? [],
  )
  const named = packages.map(({ purl }) => decodeURIComponent(/^pkg:npm\/(.+)@/.exec(purl)![1]!))
  // One package may be there in two versions.
  expect([...new Set(named)].sort()).toEqual([...new Set(bundled)].sort())
  for (const absent of ['typescript', '@scarf/scarf', 'openapi-types', '@tokenizer/token', 'bun-types']) {
    expect(named).not.toContain(absent)
  }
})

test('it names the Bun that is in the executable: version, hash, licences of all that is linked into it', async () => {
  expect(runtime).toMatchObject({ type: 'platform', name: 'bun', version: manifest.dependencies.bun })
  const executable = Bun.file(join(root, 'node_modules/bun/bin/bun.exe'))
  const sha256 = new Bun.CryptoHasher('sha256').update(await executable.arrayBuffer()).digest('hex')
  expect(runtime!.hashes).toEqual([{ alg: 'SHA-256', content: sha256 }])
  const licenses = new Map(runtime!.components!.map(({ name, licenses }) => [name, licenses[0]!.license.name]))
  expect(licenses.get('JavaScriptCore')).toBe('LGPL-2')
  expect(licenses.get('tinycc')).toContain('LGPL')
  expect(licenses.get('sqlite')).toBe('public domain')
  expect(licenses.has('libuv')).toBe(false)
})

test('whatever is needed by something in it is in it', () => {
  const references = new Set(purls)
  const [own, ...others]: { ref: string; dependsOn: string[] }[] = bill.dependencies
  expect(own!.dependsOn).toHaveLength(Object.keys(manifest.dependencies).length)
  expect(new Set(others.map(({ ref }) => ref))).toEqual(references)
  for (const { dependsOn } of others) for (const reference of dependsOn) expect(references).toContain(reference)
})

test('it is the same each time', async () => {
  expect((await print()).out).toBe(printed.out)
})
