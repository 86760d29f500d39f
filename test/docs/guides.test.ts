import { describe, expect, test } from 'bun:test'
import { accessSync, constants, existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { getTableName, is, Table } from 'drizzle-orm'
import * as access from '../../db/schema/access'
import * as catalog from '../../db/schema/catalog'
import * as licensing from '../../db/schema/licensing'
import * as logIn from '../../db/schema/log-in'
import * as operations from '../../db/schema/operations'
import * as work from '../../db/schema/work'
import { chapter, pages, root } from '../support/readme'

const tables = [access, catalog, licensing, logIn, operations, work]
  .flatMap((module) => Object.values(module) as unknown[])
  .filter((value) => is(value, Table))
  .map((table) => getTableName(table as Table))

/** Tables that hold nothing of a person. */
const impersonal = [
  ...[
    'products',
    'product_meta',
    'generators',
    'releases',
    'contracts',
    'api_keys',
    'signing_keys',
    'signing_key_uses',
  ],
  ...['settings', 'installation', 'audit_head', 'audit_checkpoints', 'webhooks', 'servers'],
  // Parts of others that the page names.
  ...['activation_sightings', 'audit_log', 'delivery_attempts'],
]

test('the page on personal data names every table that holds some', () => {
  const stored = chapter(pages['personal-data']!, 'What is stored')
  const unnamed = tables.filter((table) => !stored.includes(`\`${table}\``) && !impersonal.includes(table))
  expect(unnamed).toEqual([])
  const words = [...stored.matchAll(/`([a-z_]+)`/g)].map(([, word]) => word!)
  expect(words.filter((word) => /s$/.test(word) && !word.startsWith('keep_') && !tables.includes(word))).toEqual([])
})

test('the page on scale has the figures of the page on performance, and counts a day of them right', () => {
  const rows = [...chapter(pages.scale!, 'Is it enough?').matchAll(/^\| .+ \| ([\d,]+) \| ([\d,]+) million \|$/gm)]
  expect(rows.length).toBeGreaterThan(3)
  for (const [, rate, millions] of rows) {
    expect(pages.performance).toContain(`${rate}/s`)
    const perDay = (Number(rate!.replaceAll(',', '')) * 86_400) / 1e6
    expect(Number(millions!.replaceAll(',', ''))).toBe(
      perDay > 1000 ? Math.round(perDay / 10) * 10 : Math.round(perDay),
    )
  }
  const listed = [...chapter(pages.operate!, 'How much a machine carries').matchAll(/^\| .+ \| ([\d,]{3,}) \|$/gm)]
  expect(listed.length).toBeGreaterThan(3)
  for (const [, rate] of listed) expect(pages.performance).toContain(`${rate}/s`)
})

describe('what contributors find', () => {
  const read = (path: string) => Bun.file(join(root, '.github', path)).text()

  test('is a workflow that runs what the project runs', async () => {
    const { jobs } = Bun.YAML.parse(await read('workflows/ci.yml')) as { jobs: { run: { steps: object[] } } }
    expect(jobs.run.steps).toContainEqual({ run: '.ci/run' })
    accessSync(join(root, '.ci/run'), constants.X_OK)
  })

  test('are issue forms with everything a form has', async () => {
    const forms = readdirSync(join(root, '.github/ISSUE_TEMPLATE')).filter((name) => name !== 'config.yml')
    expect(forms.sort()).toEqual(['bug.yml', 'feature.yml', 'licence-refused.yml'])
    for (const form of forms) {
      const { name, description, body } = Bun.YAML.parse(await read(`ISSUE_TEMPLATE/${form}`)) as {
        name: string
        description: string
        body: { type: string; id?: string; attributes: { label?: string; value?: string } }[]
      }
      expect([name, description].every(Boolean)).toBe(true)
      for (const { type, id, attributes } of body) {
        if (type === 'markdown') expect(attributes.value).toBeTruthy()
        else expect([type, id, attributes.label].every(Boolean)).toBe(true)
      }
    }
  })

  test.each(['CONTRIBUTING.md', 'SECURITY.md', 'PULL_REQUEST_TEMPLATE.md'])(
    '%s names scripts, files and sections that exist',
    async (name) => {
      const text = await read(name)
      const { scripts } = await Bun.file(join(root, 'package.json')).json()
      const named = [...text.matchAll(/npm (?:run )?(?:--silent )?([a-z-]+)/g)].map(([, script]) => script!)
      expect(named.filter((script) => !['ci', ...Object.keys(scripts)].includes(script))).toEqual([])
      const paths = [...text.matchAll(/[`\s"]((?:src|test|db|\.ci)\/[\w./-]*\w)/g)].map(([, path]) => path!)
      const links = [...text.matchAll(/\]\(\.\.\/([^)#]+)(?:#([^)]+))?\)/g)]
      expect([...paths, ...links.map(([, path]) => path!)].filter((path) => !existsSync(join(root, path)))).toEqual([])
      for (const [, path, anchor] of links.filter(([, , anchor]) => anchor)) {
        const headings = [...(await Bun.file(join(root, path!)).text()).matchAll(/^#+ (.+)$/gm)]
        const anchors = headings.map(([, heading]) =>
          heading!
            .toLowerCase()
            .replace(/[^\w\s-]/g, '')
            .replace(/ /g, '-'),
        )
        expect(anchors).toContain(anchor!)
      }
    },
  )
})
