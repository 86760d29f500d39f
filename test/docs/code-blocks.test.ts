import { describe, expect, test } from 'bun:test'
import { languages as clients } from '../../src/clients/languages'
import { fenced, manual, pages, readme } from '../support/readme'

const languages = [...manual.matchAll(/^```(\S*)\n[\s\S]*?^```$/gm)].map(([, language]) => language!)

const closed = (block: string) => expect(block.split('{').length).toBe(block.split('}').length)

function everyLine(block: string, form: RegExp) {
  for (const line of block.split('\n')) expect(line).toMatch(form)
}

/** Languages whose blocks other tests run as they stand. */
const run = ['text', ...clients.map(({ name }) => name)]

describe('the code blocks of the documentation', () => {
  test('are of languages that are run or read here', () => {
    expect([...new Set(languages)].filter((language) => ![...run, ...Object.keys(readers)].includes(language))).toEqual(
      [],
    )
  })

  test('are each in one piece: every fence is closed', () => {
    for (const [name, page] of Object.entries({ README: readme, ...pages })) {
      expect({ name, fences: (page.match(/^```/gm) ?? []).length % 2 }).toEqual({ name, fences: 0 })
    }
  })

  const readers: Record<string, (block: string) => void> = {
    sh(block) {
      const { exitCode, stderr } = Bun.spawnSync(['sh', '-n'], { stdin: Buffer.from(block) })
      expect({ block, exitCode, stderr: String(stderr) }).toEqual({ block, exitCode: 0, stderr: '' })
    },
    ts: (block) => new Bun.Transpiler({ loader: 'ts' }).transformSync(block),
    json: (block) => JSON.parse(block),
    yaml: (block) => Bun.YAML.parse(block),
    nginx(block) {
      for (const line of block.split('\n')) expect(line).toMatch(/^\s*(?:#.*|.*[;{}])?$/)
      closed(block)
    },
    caddyfile: closed,
    logrotate: closed,
    ini: (block) => everyLine(block, /^(?:[#;].*|\[\w[\]. -]+\]|[\w.-]+ ?=.*)?$/),
    cron: (block) => everyLine(block, /^(?:#.*|\w+=.*|(?:@\w+|(?:[\d*/,-]+\s+){4}[\d*/,-]+)\s+\S.*)?$/),
  }
  for (const [language, read] of Object.entries(readers)) {
    test(`in ${language} can be read`, () => {
      for (const block of fenced(language)) read(block)
    })
  }
})
