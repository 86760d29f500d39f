import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig, type SettingName, settings, variableOf } from '../../src/config'
import { answers } from '../../src/kernel/answers'
import { speak, startInstallation, type TestInstallation } from '../support/installation'
import { chapter, fenced, pages, root } from '../support/readme'

interface Compose {
  services: { latchkey: { environment: Record<string, string>; read_only: boolean; volumes: string[] } }
  volumes: object
  secrets: object
}

interface Alert {
  alert: string
  expr: string
}

const page = pages.operate!
let installation: TestInstallation
let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-guide-'))
  installation = await startInstallation()
})
afterAll(async () => {
  await installation.close()
  rmSync(folder, { recursive: true })
})

/** The one code block in a language that begins so. */
const block = (language: string, start: string) => {
  const found = fenced(language, page).filter((text) => text.startsWith(start))
  expect(found).toHaveLength(1)
  return found[0]!
}

/** The rows of a chapter's tables, as cells. */
const rowsOf = (name: string) =>
  [...chapter(page, name).matchAll(/^\| (.+) \|$/gm)].map(([, cells]) => cells!.split(' | '))

const named = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name!)

describe('the guide to running it', () => {
  test('shows lines of the unit that systemd is given', async () => {
    const { out } = await speak(['systemd'])
    const missing = block('ini', 'Restart=')
      .split('\n')
      .filter((line) => !out.includes(line))
    expect(missing).toEqual([])
  })

  test('sets in its Compose file only settings that there are, for the image that is built', async () => {
    const { services, volumes, secrets } = Bun.YAML.parse(block('yaml', 'services:')) as Compose
    const { environment, read_only, volumes: mounts } = services.latchkey
    const known = Object.keys(settings).map((name) => variableOf(name as SettingName))
    expect(Object.keys(environment).filter((name) => !known.includes(name))).toEqual([])
    expect(readConfig({}, environment)).toMatchObject({ backup_every: 6 * 3_600_000, backup_to: '/backups' })
    expect({ read_only, mounts }).toEqual({ read_only: true, mounts: ['data:/data', './backups:/backups'] })
    expect([Object.keys(volumes), Object.keys(secrets)]).toEqual([['data', 'caddy'], ['backup_passphrase']])
    const image = await Bun.file(join(root, 'Dockerfile')).text()
    expect(image).toContain('VOLUME /data\n')
    expect(image).toContain('USER 10001:10001\n')
    expect(page).toContain('install -d -o 10001 -g 10001')
  })

  test('lets proxies pass on what is read from them, and close connections before the server does', () => {
    const [nginx, caddy] = [block('nginx', 'server {'), block('caddyfile', 'licences')]
    for (const header of ['Host', 'X-Forwarded-For', 'X-Forwarded-Proto']) {
      expect(nginx).toMatch(new RegExp(`proxy_set_header ${header} \\$\\w+;`))
    }
    for (const text of [nginx, caddy]) {
      expect(text).toMatch(new RegExp(`[ /]127\\.0\\.0\\.1:${settings.port.default}\\b`))
      expect(text.split('{').length).toBe(text.split('}').length)
    }
    const keptSeconds = Number(/keepalive (\d+)s/.exec(caddy)![1])
    expect(keptSeconds).toBeLessThan(Number(settings.keep_alive.default))
  })

  test('alerts by metrics, routes and codes that there are', async () => {
    const { groups } = Bun.YAML.parse(block('yaml', 'groups:')) as { groups: { rules: Alert[] }[] }
    const rules = groups.flatMap(({ rules }) => rules)
    await installation.ask('POST /api/v1/verify', { license_key: 'x' })
    const served = await (await fetch(`${installation.url}/metrics`)).text()
    const lists = rules.flatMap(({ expr }) => [...expr.matchAll(/latchkey_\w+/g)].map(([name]) => name))
    const family = (name: string) => name.replace(/_bucket$/, '')
    expect(lists.filter((name) => !served.includes(`# TYPE ${family(name)} `))).toEqual([])
    const routes = rules.flatMap(({ expr }) => [...expr.matchAll(/route="([^"]+)"/g)].map(([, route]) => route))
    expect(routes.filter((route) => !served.includes(`route="${route}"`))).toEqual([])
    const codes = Object.values(answers).map(({ code }) => String(code))
    const patterns = rules.flatMap(({ expr }) =>
      [...expr.matchAll(/code=~"([^"]+)"/g)].flatMap(([, p]) => p!.split('|')),
    )
    for (const pattern of patterns) expect(codes.some((code) => new RegExp(`^${pattern}$`).test(code))).toBe(true)
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length)
  })

  test('names every check of the doctor, and its settings with their periods', async () => {
    // It finds that there is no backup, and exits with 1.
    const json = JSON.parse((await installation.cli('doctor', '--json')).out)
    const listed = rowsOf('Health checks').flatMap(([cell]) => named(cell!))
    expect(
      json.checks.map(({ name }: { name: string }) => name).filter((name: string) => !listed.includes(name)),
    ).toEqual([])
    const periods = rowsOf('What is kept, and for how long').filter(([, , setting]) => setting?.startsWith('`'))
    const kept = Object.keys(settings).filter((name) => /^keep_(?!alive)/.test(name))
    expect(periods.map(([, , setting]) => named(setting!)[0]).sort()).toEqual(kept.sort())
    for (const [, days, setting] of periods) expect(settings[named(setting!)[0] as SettingName].default).toBe(days!)
  })

  test('gives the files of the data folder the modes they have', () => {
    const modes = rowsOf('The data folder')
      .filter(([, mode]) => /^\d{4}$/.test(mode!))
      .flatMap(([cell, mode]) => named(cell!).map((name) => [name, mode!] as const))
    const present = modes.filter(([name]) => statSync(join(installation.folder, name), { throwIfNoEntry: false }))
    expect(present.length).toBeGreaterThan(3)
    for (const [name, mode] of present) {
      expect([name, (statSync(join(installation.folder, name)).mode & 0o777).toString(8)]).toEqual([
        name,
        mode.slice(1),
      ])
    }
  })
})

/** What a program says of a file with a block of the guide: nothing, if it takes it. */
function complaintsOf(name: string, text: string, command: (path: string) => string[]) {
  const path = join(folder, name)
  writeFileSync(path, text)
  const { exitCode, stdout, stderr } = Bun.spawnSync(command(path), { env: { ...process.env, HOME: folder } })
  return exitCode === 0 ? '' : `${stdout}${stderr}`
}

describe('the programs that the guide configures take what it says', () => {
  test.skipIf(!Bun.which('nginx'))('nginx', () => {
    const fixture = (name: string) => join(root, 'test/fixtures/tls', name)
    const server = block('nginx', 'server {')
      .replace(/\S+fullchain\.pem/, fixture('first.pem'))
      .replace(/\S+privkey\.pem/, fixture('first-key.pem'))
    const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (kind) => `${kind}_temp_path ${folder}/${kind};`,
    )
    const text = `pid ${folder}/pid;\nevents {}\nhttp { access_log off; ${places.join(' ')}\n${server}}\n`
    expect(complaintsOf('nginx.conf', text, (path) => ['nginx', '-t', '-e', 'stderr', '-c', path])).toBe('')
  })

  test.skipIf(!Bun.which('caddy'))('Caddy', () => {
    const command = (path: string) => ['caddy', 'validate', '--adapter', 'caddyfile', '--config', path]
    expect(complaintsOf('Caddyfile', block('caddyfile', 'licences'), command)).toBe('')
  })

  test.skipIf(!Bun.which('promtool'))('Prometheus', () => {
    const rules = (path: string) => ['promtool', 'check', 'rules', path]
    expect(complaintsOf('rules.yml', block('yaml', 'groups:'), rules)).toBe('')
    const config = (path: string) => ['promtool', 'check', 'config', path]
    expect(complaintsOf('prometheus.yml', block('yaml', 'scrape_configs:'), config)).toBe('')
  })
})
