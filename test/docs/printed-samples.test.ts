/** Runs the samples of the guide around a printed file, as they stand there. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startInstallation, type TestInstallation } from '../support/installation'
import { chapter, fenced, pages } from '../support/readme'
import { openRoad, type Road } from '../support/road'
import { makeLicense, makeProduct } from '../support/stock'

setDefaultTimeout(60_000)

let installation: TestInstallation
let road: Road
let product: number
const top = mkdtempSync(join(tmpdir(), 'latchkey-samples-'))
beforeAll(async () => {
  installation = await startInstallation()
  road = openRoad(installation.url)
  product = await productOf('My App')
})
afterAll(async () => {
  await road.close()
  await installation.close()
  rmSync(top, { recursive: true, force: true })
})

async function productOf(name: string) {
  const id = await makeProduct(installation, { name })
  await installation.cli('product', 'set', String(id), '--feature', 'tier:string=pro')
  return id
}

const sample = (language: string, heading: string, at = 0) => fenced(language, chapter(pages.licensing!, heading))[at]!

/** A printed file for a product. */
async function printed(language: string, id = product): Promise<string> {
  const args = ['--product', String(id), '--server', road.url, '--new-api-key']
  return (await installation.cli('client', language, ...args)).out
}

/** Writes files into a new folder; its path. */
async function folderWith(files: Record<string, string | Blob>) {
  const folder = mkdtempSync(join(top, 'sample-'))
  for (const [name, content] of Object.entries(files)) await Bun.write(join(folder, name), content)
  return folder
}

/** Runs a program in its folder, on a computer of its own unless variables say otherwise; what it prints. */
async function run(folder: string, command: string[], variables: Record<string, string> = {}) {
  const env = { PATH: process.env.PATH, LANG: 'C.UTF-8', HOME: folder, PYTHONDONTWRITEBYTECODE: '1', ...variables }
  const child = Bun.spawn(command, { cwd: folder, env, stdout: 'pipe', stderr: 'pipe' })
  const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  return out + err
}

const activated = (module: string, key: string) =>
  `import ${module}; print(${module}.Licensing().activate("${key}").result)`

test.skipIf(!Bun.which('python3'))('a trial says that it is one, and what to do at its end', async () => {
  const folder = await folderWith({ 'licensing.py': await printed('python'), 'app.py': sample('python', 'Trials') })
  const key = await makeLicense(installation, { product_id: product, validity: 14 })
  await installation.cli('license', 'edit', key, '--feature', 'tier=trial')
  expect(await run(folder, ['python3', '-c', activated('licensing', key)])).toBe('good\n')
  expect(await run(folder, ['python3', 'app.py'])).toBe('You are trying the edition for professionals.\n')
  await installation.cli('license', 'edit', key, '--assigned-at', '2020-01-01', '--yes')
  // Only a check after a day asks the server; a key that is entered again does so at once.
  expect(await run(folder, ['python3', '-c', activated('licensing', key)])).toBe('refused\n')
  expect(await run(folder, ['python3', 'app.py'])).toContain('Your licence has ended. Buy one')
  await installation.cli('license', 'edit', key, '--validity', '5000', '--feature', 'tier=pro', '--yes')
  expect(await run(folder, ['python3', 'app.py'])).toBe('')
})

test.skipIf(!Bun.which('python3'))('two products in one program have a licence each, and one device', async () => {
  const other = await productOf('My plugin')
  const folder = await folderWith({
    'editor_licensing.py': await printed('python'),
    'export_licensing.py': await printed('python', other),
    'app.py': sample('python', 'Several products, and editions'),
  })
  const key = await makeLicense(installation, { product_id: product })
  const plugin = await makeLicense(installation, { product_id: other })
  expect(await run(folder, ['python3', '-c', activated('editor_licensing', key)])).toBe('good\n')
  const without =
    'editor runs\nexport is off. No licence key has been entered yet. Enter the key that you have bought.\n'
  expect(await run(folder, ['python3', 'app.py'])).toBe(without)
  const enter = `import editor_licensing, export_licensing
device = editor_licensing.Licensing().device_name()
print(export_licensing.Licensing(device=device).activate("${plugin}").result)`
  expect(await run(folder, ['python3', '-c', enter])).toBe('good\n')
  expect(await run(folder, ['python3', 'app.py'])).toBe('editor runs\nexport runs\n')
  const devices = [key, plugin].map(async (each) => {
    const { json } = await installation.cli('activation', 'list', each, '--json')
    return json.activations.map(({ identifier }: { identifier: string }) => identifier)
  })
  const [first, second] = await Promise.all(devices)
  expect(first).toHaveLength(1)
  expect(second).toEqual(first)
})

test.skipIf(!Bun.which('python3'))('a container keeps its seat, and goes on without the server', async () => {
  const image = { 'licensing.py': await printed('python'), 'app.py': sample('python', 'Containers') }
  // biome-ignore lint/suspicious/noExplicitAny: a file of somebody else's shape
  const { services, volumes } = Bun.YAML.parse(sample('yaml', 'Containers')) as any
  const [[, service]] = Object.entries<{ environment: Record<string, string>; volumes: string[] }>(services) as [
    [string, { environment: Record<string, string>; volumes: string[] }],
  ]
  expect(service.volumes.map((each) => each.split(':')[0]!)).toEqual(Object.keys(volumes))
  const [, mounted] = service.volumes[0]!.split(':')
  const volume = join(top, 'volume')
  mkdirSync(volume)
  /** Each start has a folder of its own, but for the volume. */
  const start = async (customer: Record<string, string>) => {
    const variables = Object.entries(service.environment).map(([name, value]) => {
      const asked = /^\$\{(\w+):\?/.exec(value)?.[1]
      return [name, asked ? customer[asked]! : value.replace(mounted!, volume)]
    })
    return run(await folderWith(image), ['python3', 'app.py'], Object.fromEntries(variables))
  }
  const key = await makeLicense(installation, { product_id: product, activation_limit: 1 })
  const office = { LICENSE_DEVICE: 'office-1', LICENSE_KEY: key }
  expect([await start(office), await start(office)]).toEqual(['', ''])
  await road.whileClosed(async () => expect(await start(office)).toBe(''))
  rmSync(volume, { recursive: true })
  expect(await start(office)).toBe('')
  expect(await start({ ...office, LICENSE_DEVICE: 'office-2' })).toContain('All seats of this licence are taken.')
})

test.skipIf(!Bun.which('php'))('a plugin of WordPress asks in its task and never in a page view', async () => {
  const { uuid } = (await installation.cli('product', 'show', String(product), '--json')).json
  const plugin = sample('php', 'WordPress').replaceAll('P01234567', `P${uuid.slice(0, 8)}`)
  const folder = await folderWith({
    'my-app.php': plugin,
    'licensing.php': await printed('php'),
    'wordpress.php': Bun.file(join(import.meta.dir, 'stubs/wordpress.php')),
  })
  const site = (step: string, variables: Record<string, string> = {}) => {
    const strict = ['-d', 'display_errors=1', '-d', 'error_reporting=-1']
    return run(folder, ['php', ...strict, 'wordpress.php', './my-app.php', folder, step], variables)
  }
  const isPro = () => site('var_export(my_app_is_pro());')
  const key = await makeLicense(installation, { product_id: product })

  await site('activate')
  expect(await site("echo get_option('cron')['my_app_check'];")).toBe('hourly')
  expect([await site('admin_notices'), await isPro()]).toEqual(['', 'false'])
  expect(await site('admin_post_my_app_key', { WP_KEY: key })).toBe(
    'Died: You may not change the licence of this site.',
  )
  expect(await site('admin_post_my_app_key', { WP_KEY: key, WP_USER: 'admin', WP_NONCE: 'x' })).toContain('Died')
  expect(await site('admin_post_my_app_key', { WP_KEY: key, WP_USER: 'admin' })).toBe(
    'Location: https://Shop.example.com/wp-admin/options-general.php?page=my-app',
  )
  const { json } = await installation.cli('activation', 'list', key, '--json')
  expect(json.activations).toMatchObject([{ identifier: 'shop.example.com' }])

  const before = road.requests
  expect([await site('admin_notices'), await isPro(), await site('my_app_check')]).toEqual(['', 'true', ''])
  expect(road.requests).toBe(before)
  await installation.cli('license', 'block', key, '--yes')
  const aDayLater = `$kept = json_decode(get_option('license-${uuid}.json'), true);
    update_option('license-${uuid}.json', json_encode(['due' => 1] + $kept)); do_action('my_app_check');`
  expect(await site(aDayLater)).toBe('')
  const notice = '<div class="notice notice-error"><p>This licence is blocked. Contact the vendor.</p></div>'
  expect([await site('admin_notices'), await isPro()]).toEqual([notice, 'false'])
  await site('deactivate')
  expect(await site("echo count(get_option('cron'));")).toBe('0')
})

test('a program on Electron asks in the main process', async () => {
  const folder = await folderWith({
    'main.ts': sample('ts', 'Electron'),
    'licensing.ts': await printed('typescript'),
    'preload.js': sample('ts', 'Electron', 1),
    'node_modules/electron/index.js': Bun.file(join(import.meta.dir, 'stubs/electron.js')),
  })
  const entrypoints = [join(folder, 'main.ts')]
  const { success } = await Bun.build({ entrypoints, target: 'node', external: ['electron'], outdir: folder })
  expect(success).toBeTrue()
  await Bun.write(join(folder, 'main.mjs'), Bun.file(join(folder, 'main.js')))
  const start = (...keys: string[]) => run(folder, ['node', 'main.mjs', ...keys])
  const key = await makeLicense(installation, { product_id: product })
  expect(await start('NONE')).toBe('enter-key.html\nThere is no such licence key for My App.\n')
  expect(await start(key)).toBe('enter-key.html\nThe licence is good.\n')
  const before = road.requests
  expect(await start()).toBe('index.html\n')
  expect(road.requests).toBe(before)
})
