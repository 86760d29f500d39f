import { describe, expect, test } from 'bun:test'
import { dirname, join } from 'node:path'
import type { Command } from 'commander'
import { buildProgram } from '../../src/cli/program'
import { readConfig, settings, variableOf } from '../../src/config'
import type { Deps } from '../../src/deps'
import { sectionsOf } from '../../src/docs/sections'
import { adminPrefix } from '../../src/http/admin/route'
import { adminRoutes } from '../../src/http/admin/routes'
import { buildApp } from '../../src/http/app'
import { answers } from '../../src/kernel/answers'
import { broken, pageLines, pathsOf, sourceLines } from '../support/cited'
import { pages, readme } from '../support/readme'

const all = [...pageLines, ...sourceLines]
const paths = pathsOf('{src,db,test,.ci,.github}/**', '*')

const anchorsOf = new Map(
  Object.entries({ ...pages, start: readme }).map(([name, text]) => [
    name,
    new Set(sectionsOf(text).map(({ anchor }) => anchor)),
  ]),
)

/** What is wrong with a place in the documentation. */
function faultOfPlace(name: string, anchor?: string) {
  const anchors = anchorsOf.get(name)
  if (!anchors) return [`there is no page "${name}"`]
  return anchor === undefined || anchors.has(anchor) ? [] : [`the page "${name}" has no section "${anchor}"`]
}

const nameOfPage = (path: string) => (path === 'README.md' ? 'start' : path.slice('src/docs/'.length, -'.md'.length))
const isFile = (path: string) => paths.includes(path)
const isFileOrFolder = (path: string) =>
  isFile(path) || paths.some((each) => each.startsWith(`${path.replace(/\/$/, '')}/`))

describe('every reference leads somewhere', () => {
  test('to a section of the contract', () => {
    const sections = new Set([...pages.contract!.matchAll(/^## (§\d+)/gm)].map(([, section]) => section))
    expect(
      broken(all, ({ prose }) =>
        [...prose.matchAll(/CONTRACT ((?:§\d+[, and]*)+)/g)]
          .flatMap(([, list]) => list!.match(/§\d+/g)!)
          .filter((section) => !sections.has(section))
          .map((section) => `CONTRACT has no ${section}`),
      ),
    ).toEqual([])
  })

  test('to a page and a section of it: docs/operate#https', () => {
    const pattern = /(?<![\w/.-])docs\/([a-z][a-z-]*)(?:\.md)?(?:#([\w-]+))?(?![\w/.-]*[/.](?:ts|css|js|[a-z]))/g
    expect(
      broken(all, ({ prose }) =>
        [...prose.matchAll(pattern)].flatMap(([, name, anchor]) => faultOfPlace(name!, anchor)),
      ),
    ).toEqual([])
  })

  test('to a file or a section, from a link', () => {
    expect(
      broken(pageLines, ({ path, text }) =>
        [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, href]) => {
          if (/^(?:https?|mailto):/.test(href!)) return []
          const [file = '', anchor] = href!.split('#')
          const target = file === '' ? path : join(dirname(path), file)
          if (!isFileOrFolder(target)) return [`there is no file ${target}`]
          const isPage = target === 'README.md' || /^src\/docs\/.*\.md$/.test(target)
          return isPage ? faultOfPlace(nameOfPage(target), anchor) : []
        }),
      ),
    ).toEqual([])
  })

  test('to a file of the project', () => {
    const known = (path: string) => isFileOrFolder(path) || paths.some((each) => each.endsWith(`/${path}`))
    const pattern =
      /(?<![\w/.@~*…-])((?:src|test|db|\.ci|\.github)\/[\w./-]*[\w/]|[\w./-]+\.(?:ts|sql|sh|mjs))(?![\w*{])/g
    expect(
      broken(all, ({ prose }) =>
        [...prose.matchAll(pattern)]
          .map(([, path]) => path!)
          .filter((path) => !known(path) && !examples.has(path))
          .map((path) => `there is no file ${path}`),
      ),
    ).toEqual([])
  })

  test('to a command', () => {
    expect(
      broken([...pageLines, ...sourceLines.filter(({ path }) => path.startsWith('src/'))], ({ text }) =>
        [...text.matchAll(/["'`]latchkey ((?:[a-z][a-z-]* ?)+)/g)].flatMap(([, words]) =>
          faultOfCommand(words!.trim()),
        ),
      ),
    ).toEqual([])
  })

  test('to an option of a command', () => {
    const options = new Set(optionsOf(program))
    expect(
      broken(pageLines, ({ text }) =>
        [...text.matchAll(/`(--[a-z][a-z0-9-]*)[^`]*`/g)]
          .map(([, option]) => option!)
          .filter((option) => !options.has(option) && !scriptOptions.includes(option))
          .map((option) => `no command has the option ${option}`),
      ),
    ).toEqual([])
  })

  test('to a setting', () => {
    const names = new Set(Object.keys(settings))
    const variables = new Set([...Object.keys(settings).map(variableOf), 'LATCHKEY_BINARY'])
    expect(
      broken(all, ({ path, prose }) => [
        ...[...prose.matchAll(/\bsettings? ((?:`?[a-z]+_[a-z_]+`?(?:, | and | or )?)+)/g)]
          .flatMap(([, list]) => list!.match(/[a-z]+_[a-z_]+(?!…)/g)!)
          .filter((name) => !names.has(name) && !name.endsWith('_'))
          .map((name) => `there is no setting ${name}`),
        ...(path.endsWith('.md') ? (prose.match(/(?<=[`\s])LATCHKEY_[A-Z_]+(?=[`=])/g) ?? []) : [])
          .filter((name) => !variables.has(name))
          .map((name) => `no setting has the variable ${name}`),
      ]),
    ).toEqual([])
  })

  test('to an endpoint', () => {
    const pattern =
      /(?:`|["' (])(?:(GET|POST|PUT|PATCH|DELETE) )?(?:https?:\/\/[\w.:-]+|\$URL)?(\/(?:api|v1|admin\/api|docs|openapi|metrics|healthz|readyz)[\w./:$-]*)/g
    expect(
      broken(pageLines, ({ text }) =>
        [...text.matchAll(pattern)]
          .filter(([, method, path]) => !hasRoute(path!, method))
          .map(([, method = '', path]) => `there is no endpoint ${method} ${path}`),
      ),
    ).toEqual([])
  })

  test('to an answer', () => {
    const codes = new Set(Object.values(answers).map(({ code }) => String(code)))
    const pattern = /\b(?:codes?|answers?|answered|gives?|gets?) `?"?(\d{3,4})\b|(?<!RFC )\b(9\d{3})\b(?![\d,.%/]|ms)/g
    expect(
      broken(all, ({ path, prose }) =>
        /^src\/docs\/performance/.test(path)
          ? []
          : [...prose.matchAll(pattern)]
              .map(([, said, own]) => said ?? own!)
              .filter((code) => !codes.has(code) && !otherNumbers.includes(code))
              .map((code) => `there is no answer ${code}`),
      ),
    ).toEqual([])
  })
})

/** Where the codes of Latchkey's own begin; what a receiver of webhooks may answer. */
const otherNumbers = ['9000', '410']

/** Names of files that are examples, of no file of the project. */
const examples = new Set(['latchkey.ts', 'latchkey.mjs'])

/** What texts that are signed or sealed begin with, behind the name of the program. */
const signedTexts = [
  'key certificate',
  'companion certificate',
  'licence file',
  'sealing key',
  'trial signature',
  'passphrase',
]

/** Options of the scripts of package.json, and of docker. */
const scriptOptions = ['--build-arg', '--once', '--quick', '--rounds', '--only', '--seed']

const program = buildProgram({ env: {}, out() {}, err() {} })

function optionsOf(command: Command): string[] {
  const own = command
    .createHelp()
    .visibleOptions(command)
    .flatMap(({ long }) => long ?? [])
  return [...own, ...command.commands.flatMap(optionsOf)]
}

/** Words lead to a command, or to one whose arguments they are from some word on. */
function faultOfCommand(words: string): string[] {
  let command: Command = program
  for (const word of words.split(' ')) {
    if (!command.commands.length) return []
    const next = command.commands.find((child) => child.name() === word)
    if (!next && signedTexts.includes(words)) return []
    if (!next) return [`there is no command "latchkey ${words}"`]
    command = next
  }
  return []
}

const routes = [
  ...buildApp({ config: readConfig({}, {}) } as Deps).routes.map(({ method, path }) => ({ method, path })),
  ...adminRoutes.map(({ route }) => {
    const [method, path] = route.split(' ')
    return { method: method!, path: `${adminPrefix}${path}` }
  }),
].map(({ method, path }) => ({ method, parts: path.split('/') }))

/** Whether a route is there, or the beginning of one where no method is named. */
function hasRoute(path: string, method?: string) {
  const given = path.replace(/[./:]+$/, '').split('/')
  return routes.some(
    (route) =>
      (method === undefined || route.method === method) &&
      (method === undefined ? route.parts.length >= given.length : route.parts.length === given.length) &&
      given.every((part, i) => route.parts[i] === part || route.parts[i]!.startsWith(':') || part.startsWith('$')),
  )
}
