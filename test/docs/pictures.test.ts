import { afterAll, beforeAll, expect, test } from 'bun:test'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { pictureAt, pictureSize, pictures } from '../../src/docs/pictures'
import { speak, startInstallation, type TestInstallation } from '../support/installation'
import { pages, readme, root } from '../support/readme'

const folder = join(root, 'src/docs/images')
const bytesMax = 60 * 1024

let installation: TestInstallation
beforeAll(async () => {
  installation = await startInstallation()
})
afterAll(() => installation.close())

const shown = [...pages.console!.matchAll(/^!\[(.*)\]\((.*)\)$/gm)].map(([, alt, href]) => ({ alt: alt!, href: href! }))
const namesShown = shown.flatMap(({ href }) => Object.values(pictureAt(href) ?? {}))

test('the guide shows five pictures, light and dark, and no other is kept', () => {
  expect(shown.map(({ href }) => href)).toEqual(
    ['today', 'licenses', 'license', 'calls', 'customers'].map((name) => `images/${name}-light.webp`),
  )
  expect([...pictures.keys()].sort()).toEqual([...namesShown].sort())
  expect(readdirSync(folder).sort()).toEqual([...namesShown].sort())
})

test('each is served under /docs in the colours of the reader, with a text for those who do not see it', async () => {
  const html = await (await fetch(`${installation.url}/docs/console`)).text()
  for (const { alt, href } of shown) {
    expect(alt.length).toBeGreaterThan(40)
    const { light, dark } = pictureAt(href)!
    expect(html).toContain(
      `<picture><source media="(prefers-color-scheme: dark)" srcset="images/${dark}"><img src="images/${light}" alt="${alt}"`,
    )
    for (const address of [`images/${light}`, `images/${dark}`, `console/images/${light}`]) {
      const answer = await fetch(`${installation.url}/docs/${address}`)
      expect([address, answer.status, answer.headers.get('content-type')]).toEqual([address, 200, 'image/webp'])
      const name = address.slice(address.lastIndexOf('/') + 1)
      expect(Buffer.from(await answer.arrayBuffer()).equals(readFileSync(pictures.get(name)!))).toBeTrue()
    }
  }
  for (const name of ['none.webp', 'constructor', '__proto__'])
    expect([name, (await fetch(`${installation.url}/docs/images/${name}`)).status]).toEqual([name, 404])
})

test('each is small, and as large as the page says', () => {
  for (const file of pictures.values()) {
    expect(statSync(file).size, file).toBeLessThan(bytesMax)
    expect(sizeOf(readFileSync(file)), file).toEqual(pictureSize)
  }
})

test('each is named after a page of the console', () => {
  const names = new Set(namesShown.map((name) => name.split('-')[0]!))
  for (const name of names)
    expect([name, existsSync(join(root, 'src/console', name, 'routes.tsx'))]).toEqual([name, true])
})

test('the README shows one, and a terminal says what is on them', async () => {
  expect(readme).toContain('](src/docs/images/today-light.webp)')
  expect(await (await fetch(`${installation.url}/docs/start`)).text()).toContain('<img src="images/today-light.webp"')
  expect((await speak(['help', 'console'])).out.replace(/\s+/g, ' ')).toContain(`Picture: ${shown[0]!.alt}`)
})

/** The size in the header of a WebP file as a browser writes it: lossy, without an alpha channel or with one. */
function sizeOf(bytes: Buffer) {
  expect([bytes.toString('latin1', 0, 4), bytes.toString('latin1', 8, 12)]).toEqual(['RIFF', 'WEBP'])
  const form = bytes.toString('latin1', 12, 16)
  if (form === 'VP8 ') return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff }
  return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 }
}
