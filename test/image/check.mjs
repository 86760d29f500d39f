/** Asks the running container for what the image promises; ends with 1 at the first promise that does not hold. */
import { strict as assert } from 'node:assert'
import { spawnSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const [work] = process.argv.slice(2)
const { Healthcheck, ExposedPorts } = JSON.parse(readFileSync(join(work, 'image.json'), 'utf8')).Docker.config
const url = `http://127.0.0.1:${parseInt(Object.keys(ExposedPorts)[0], 10)}`

/** Runs a command in the container. */
function inside(args, input = '') {
  const options = ['--root', join(work, 'runc'), 'exec', 'latchkey', ...args]
  const { status, stdout, stderr } = spawnSync('runc', options, { input, encoding: 'utf8' })
  return { status, stdout, stderr }
}

const [kind, ...healthCommand] = Healthcheck.Test
assert.equal(kind, 'CMD', 'the health check needs no shell')
let health
for (let i = 0; i < 100; i++) {
  health = inside(healthCommand)
  if (health.status === 0) break
  await sleep(300)
}
assert.deepEqual(health, { status: 0, stdout: 'The server on http://127.0.0.1:8080 is ready.\n', stderr: '' })
assert.equal((await fetch(`${url}/healthz`)).status, 200)

const status = readFileSync(`/proc/${readFileSync(join(work, 'pid'), 'utf8').trim()}/status`, 'utf8')
assert.match(status, /^Uid:\s+10001\s+10001\s+10001\s+10001$/m, 'it runs as its own user')
assert.match(status, /^CapEff:\s+0+$/m, 'it holds no capability')
assert.equal(statSync(join(work, 'volume/latchkey.db')).uid, 10001, 'the volume holds its data')
const elsewhere = inside(['latchkey', 'init', '--data-dir', '/elsewhere'])
assert.deepEqual({ ...elsewhere, stderr: '' }, { status: 1, stdout: '', stderr: '' }, 'its root is read-only')
assert.match(elsewhere.stderr, /cannot write to/)
assert.notEqual(inside(['sh', '-c', 'true']).status, 0, 'there is no shell in it')

const made = inside(['latchkey', 'api-key', 'create', '--name', 'proof', '--preset', 'all', '--json'])
const headers = { authorization: `Bearer ${JSON.parse(made.stdout).api_key}` }
const answer = await (await fetch(`${url}/api/v1/get-all-products`, { headers })).text()
assert.equal(JSON.parse(answer).response.code, 810)
assert.equal(inside(['latchkey', 'verify-response'], answer).status, 0, 'its answers are genuine')
