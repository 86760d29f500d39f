import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { binary } from '../support/installation'
import { chapter, fenced, pages, root } from '../support/readme'

setDefaultTimeout(120_000)

/** The machine of the guide: its absolute paths stand in this folder. */
const machine = mkdtempSync(join(tmpdir(), 'latchkey-guide-'))
const program = binary ?? `${join(root, 'node_modules/bun/bin/bun.exe')} ${join(root, 'src/main.ts')}`

/** Commands of the guide that are not ours, and `latchkey`, whose server ends once it listens. */
const tools = {
  latchkey: `[ "$1" = serve ] || exec ${program} "$@"
${program} "$@" --port 0 2>"$MACHINE/serve.log" & server=$!
for _ in $(seq 300); do grep -q 'listens on' "$MACHINE/serve.log" && break; sleep 0.1; done
kill "$server" && wait "$server" && grep -q 'listens on' "$MACHINE/serve.log"`,
  sudo: 'if [ "$1" = -u ]; then shift 2; fi; exec "$@"',
  systemctl: 'echo "systemctl $*" >>"$MACHINE/systemctl.log"',
  rsync: 'echo "rsync $*" >>"$MACHINE/rsync.log"',
}

beforeAll(() => {
  for (const folder of ['bin', 'backups', 'root', 'srv', 'var/backups/latchkey', 'var/lib', 'tmp']) {
    mkdirSync(join(machine, folder), { recursive: true })
  }
  for (const [name, script] of Object.entries(tools)) {
    const path = join(machine, 'bin', name)
    writeFileSync(path, `#!/bin/sh\n${script}\n`)
    chmodSync(path, 0o755)
  }
  for (const path of ['root/backup-passphrase', 'passphrase.txt'])
    writeFileSync(join(machine, path), 'a passphrase of good length\n', { mode: 0o600 })
})
afterAll(() => rmSync(machine, { recursive: true }))

/** Runs shell lines of the guide on its machine, and stops at the first that fails. */
async function run(block: string, dataDir: string) {
  const script = block.replaceAll(/(?<=[\s=])\/(backups|root|srv|var)\b/g, `${machine}/$1`)
  const shell = Bun.spawn(['sh', '-e', '-c', script], {
    cwd: machine,
    env: {
      PATH: `${machine}/bin:${process.env.PATH}`,
      MACHINE: machine,
      LATCHKEY_DATA_DIR: join(machine, dataDir),
    },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [out, err] = await Promise.all([new Response(shell.stdout).text(), new Response(shell.stderr).text()])
  return { block, out, err, exitCode: await shell.exited }
}

/** The doctor exits with 1 while a restored folder has no backup of its own, as the guide says. */
const withoutDoctor = (block: string) => block.replaceAll(/^.*latchkey doctor .*$/gm, (line) => `${line} || true`)

test('the commands of the backup guide work in their order', async () => {
  expect(await run('latchkey init --bits 2048 --product "My App" --yes', 'data')).toMatchObject({ exitCode: 0 })
  const blocks = fenced('sh', pages.backup)
  expect(blocks.length).toBeGreaterThan(4)
  for (const block of blocks) expect(await run(withoutDoctor(block), 'data')).toMatchObject({ exitCode: 0 })
  expect(existsSync(join(machine, 'srv/latchkey/latchkey.db'))).toBe(true)
  expect(existsSync(join(machine, 'srv/drill/latchkey.db'))).toBe(true)
  const again = await run('latchkey doctor --data-dir /srv/drill', 'data')
  expect(again.out + again.err).toContain('backup')
})

test('the commands that move a server to a larger machine work in their order', async () => {
  expect(await run('latchkey init --bits 2048 --product "My App" --yes', 'var/lib/latchkey')).toMatchObject({
    exitCode: 0,
  })
  const [leave, arrive] = fenced('sh', chapter(pages.scale!, 'Move to a larger machine'))
  expect(await run(leave!, 'data')).toMatchObject({ exitCode: 0 })
  const carried = 'mv /var/backups/latchkey/move.tar.gz move.tar.gz && rm -r /var/lib/latchkey'
  expect(await run(carried, 'data')).toMatchObject({ exitCode: 0 })
  expect(await run(withoutDoctor(arrive!), 'data')).toMatchObject({ exitCode: 0 })
  expect(existsSync(join(machine, 'var/lib/latchkey/latchkey.db'))).toBe(true)
})
