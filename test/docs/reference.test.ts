import { describe, expect, test } from 'bun:test'
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { partNames, withGeneratedParts } from '../../src/generate-docs'
import { phpJson } from '../../src/kernel/php-json'
import { speak, startInstallation } from '../support/installation'
import { chapter, fenced, manual, pages, readme, root } from '../support/readme'
import { sources } from '../support/sources'

describe('what the documentation says', () => {
  test('has its tables as the code has them: else run "npm run docs"', () => {
    const written = new Set<string>()
    for (const page of Object.values(pages)) expect(withGeneratedParts(page, written)).toBe(page)
    expect([...written].sort()).toEqual([...partNames].sort())
  })

  test('begins with a README of at most 250 lines', () => {
    expect(readme.trimEnd().split('\n').length).toBeLessThanOrEqual(250)
  })

  test('is what the demo shows', async () => {
    const { exitCode, out } = await speak(['demo', '--once'], { LATCHKEY_PORT: '0' })
    expect(exitCode).toBe(0)
    expect(fenced('text', readme)).toHaveLength(1)
    expect(out).toContain(fenced('text', readme)[0]!)
  })

  test('shows an envelope that is encoded as an envelope is', () => {
    const { response, response_base64 } = JSON.parse(fenced('json', pages.integrate)[0]!)
    expect(Buffer.from(response_base64, 'base64').toString()).toBe(phpJson(response))
  })

  test('names files of the source that exist', () => {
    const paths = [...pages.architecture!.matchAll(/`([\w./-]+(?:\/|\.ts|\.sql))`/g)].map(([, path]) => path!)
    const isThere = (path: string) =>
      ['', 'src'].some((top) => existsSync(join(root, top, path))) ||
      sources.some((source) => source.path.endsWith(`/${path}`))
    expect(paths.length).toBeGreaterThan(20)
    expect(paths.filter((path) => !isThere(path))).toEqual([])
  })

  const shell = fenced('sh').flatMap((block) => [
    ...block.replaceAll('\\\n', ' ').matchAll(/(?:^|\$\(|docker exec latchkey )latchkey (.+?)(?=$|\)| [|>])/gm),
  ])
  const lines = [...shell, ...manual.matchAll(/`latchkey ([^`]+)`/g)].map(([, line]) => line!.replaceAll(/\s+/g, ' '))
  test.each(lines)('names a command that exists with its options: latchkey %s', async (line) => {
    const words = line.replaceAll(/"[^"]*"|'[^']*'/g, 'text').split(' ')
    const { exitCode, out } = await speak([
      ...words.filter((word) => /^[a-z][a-z-]*$/.test(word)).slice(0, 3),
      '--help',
    ])
    expect(exitCode).toBe(0)
    const [, usage = ''] = /^Usage: latchkey (.+?) \[options\]/.exec(out)!
    expect(words.slice(0, usage.split(' ').length).join(' ')).toBe(usage)
    for (const option of words.filter((word) => word.startsWith('--'))) expect(out).toMatch(new RegExp(`${option}\\b`))
  })

  test.skipIf(!Bun.which('curl'))(
    'takes a stranger from the first licence to the support desk, each line as it stands',
    async () => {
      const fresh = await startInstallation()
      const folder = mkdtempSync(join(tmpdir(), 'latchkey-readme-'))
      const command = join(folder, 'latchkey')
      await Bun.write(command, `#!/bin/sh\nexec "${process.execPath}" "${join(root, 'src/main.ts')}" "$@"\n`)
      chmodSync(command, 0o755)
      const chapters = [
        ...[chapter(readme, 'The first licence'), pages.sell, pages.integrate],
        ...['A key pair for each product', 'Replacing a signing key'].map((name) => chapter(pages.security!, name)),
        pages.support,
      ]
      const [serve, ...steps] = chapters.flatMap((chapter) => fenced('sh', chapter))
      const script = steps.join('').replaceAll('http://127.0.0.1:8080', fresh.url)
      const shell = Bun.spawn(['sh', '-e', '-c', script], {
        cwd: folder,
        env: { PATH: `${folder}:${process.env.PATH}`, LATCHKEY_DATA_DIR: fresh.folder },
        stdout: 'pipe',
      })
      const out = await new Response(shell.stdout).text()
      expect(await shell.exited).toBe(0)
      expect(serve).toBe('latchkey serve\n')
      const answers = [...out.matchAll(/\{"response":\{.*?"private_key_used":"[^"]*","signature":"[^"]*"\}/g)].map(
        ([text]) => JSON.parse(text),
      )
      const codes = answers.map(({ response }) => response.code)
      expect(codes).toEqual([
        ...[750, 900, 800, 300, 815, 803, 803, 803, 1600, 841, 1300, 1204, 200, 800, 9200, 830, 970, 632, 632],
      ])
      expect(out).toContain('Genuine: the signature fits the public key.\n')
      const [, first, repeat] = answers.filter(({ response }) => response.code === 803)
      expect(repeat.response.license_keys).toEqual(first.response.license_keys)
      expect(answers[codes.indexOf(9200)].response).toMatchObject({ enabled: true, value: 5 })
      const ownKey = answers.filter(({ private_key_used }) => private_key_used === 'product')
      expect(ownKey.map(({ response }) => response.code)).toEqual([632])
      expect(answers[codes.indexOf(970)].response.data).toHaveLength(1)
      expect(out).toContain('2 of 100 used, 98 left')
      const kept = (name: string) => Bun.file(join(folder, name))
      expect(await kept('downloaded.zip').text()).toBe('the program\n')
      expect((await kept('offline.json').json()).license.hardware_id).toBe('my-laptop')
      expect((await kept('license-file.json').json()).response.code).toBe(502)
      await fresh.close()
      rmSync(folder, { recursive: true })
    },
    240_000,
  )
})

test('the webhooks page shows receivers the very check that is tested', async () => {
  const tested = await Bun.file(join(root, 'test/webhooks/check-signature.ts')).text()
  expect(fenced('ts', pages.webhooks)).toContain(tested.slice(tested.indexOf('import')))
})
