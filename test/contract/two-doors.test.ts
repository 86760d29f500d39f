import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { join } from 'node:path'
import { startInstallation, type TestInstallation } from '../support/installation'
import { type AdminDoor, auditRows, makeOperator, type Operator } from '../support/operator'

// Many commands, each a process of its own where the binary is tested.
setDefaultTimeout(60_000)

let atTheTerminal: TestInstallation
let overHttp: TestInstallation
let owner: Operator
beforeAll(async () => {
  ;[atTheTerminal, overHttp] = [await startInstallation(), await startInstallation()]
  owner = await makeOperator(overHttp, 'owner')
  const { name } = owner
  await atTheTerminal.cli('user', 'create', '--name', name, '--role', 'owner')
  await atTheTerminal.cli('user', 'tokens', 'create', name, '--name', 'test')
  await Bun.write(join(atTheTerminal.folder, '..', 'password'), 'wood lamp seven rivers\n')
})
afterAll(async () => {
  await atTheTerminal.close()
  await overHttp.close()
})

const password = 'wood lamp seven rivers'

interface Step {
  command: string
  door: AdminDoor
  fields?: Record<string, unknown>
}

/** A day's work, as it is done at each of the doors. */
const day: Step[] = [
  { command: 'blocklist add --ip 203.0.113.0/24', door: 'POST /blocklist', fields: { ip: '203.0.113.0/24' } },
  {
    command: 'blocklist add --identifier stolen-laptop --reason theft --expires-at 2040-01-31',
    door: 'POST /blocklist',
    fields: { identifier: 'stolen-laptop', reason: 'theft', expires_at: '2040-01-31' },
  },
  {
    command: 'api-key create --name shop --preset shop --allow-ip 203.0.113.7',
    door: 'POST /api-keys',
    fields: { name: 'shop', preset: 'shop', allowed_ips: ['203.0.113.7'] },
  },
  { command: 'api-key disable 2', door: 'POST /api-keys/2/disable' },
  { command: 'api-key enable 2', door: 'POST /api-keys/2/enable' },
  { command: 'api-key show 2', door: 'GET /api-keys/2' },
  {
    command: 'api-key explain 2 --from 192.0.2.1 --capability verify',
    door: 'GET /api-keys/2/explanation',
    fields: { from: '192.0.2.1', capability: 'verify' },
  },
  { command: 'api-key revoke 2 --yes', door: 'POST /api-keys/2/revoke' },
  {
    command: 'webhook add --name books --url https://hooks.example.com/x --events license.activated',
    door: 'POST /webhooks',
    fields: { name: 'books', url: 'https://hooks.example.com/x', events: 'license.activated' },
  },
  { command: 'webhook disable 1', door: 'POST /webhooks/1/disable' },
  { command: 'webhook list', door: 'GET /webhooks' },
  { command: 'job list', door: 'GET /jobs' },
  { command: 'blocklist list --kind ip', door: 'GET /blocklist', fields: { kind: 'ip' } },
  { command: 'blocklist remove 1', door: 'DELETE /blocklist/1' },
  {
    command: 'user create --name grace --role viewer --password-file PASSWORD',
    door: 'POST /users',
    fields: { name: 'grace', role: 'viewer', password },
  },
  { command: 'user set grace --role operator', door: 'PATCH /users/grace', fields: { role: 'operator' } },
  { command: 'user passwd grace --password-file PASSWORD', door: 'PUT /users/grace/password', fields: { password } },
  {
    command: 'user tokens create grace --name nightly --expires-at 2040-01-31',
    door: 'POST /users/grace/tokens',
    fields: { name: 'nightly', expires_at: '2040-01-31' },
  },
  { command: 'user tokens list grace', door: 'GET /users/grace/tokens' },
  { command: 'user tokens revoke grace 2', door: 'DELETE /users/grace/tokens/2' },
  { command: 'user sessions list grace', door: 'GET /users/grace/sessions' },
  { command: 'user disable grace', door: 'POST /users/grace/disable' },
  { command: 'user enable grace', door: 'POST /users/grace/enable' },
  { command: 'user list', door: 'GET /users' },
  { command: 'user delete grace --yes', door: 'DELETE /users/grace' },
]

/** A value without what differs from one installation to another: moments of today and what is random. */
const comparable = (value: unknown) =>
  JSON.parse(
    JSON.stringify(value, (_, each) =>
      typeof each === 'string' &&
      /^(20[23]\d-\d\d-\d\dT.*Z|(lko|lk|whsec)_[\w-]+|[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12})$/.test(each) &&
      !each.startsWith('2040')
        ? '…'
        : each,
    ),
  )

test('a day’s work gives the same values at both doors, and leaves the same rows in the audit log', async () => {
  const before = [auditRows(atTheTerminal).length, auditRows(overHttp).length] as const
  for (const { command, door, fields } of day) {
    const passwordFile = join(atTheTerminal.folder, '..', 'password')
    const words = command.split(' ').map((word) => (word === 'PASSWORD' ? passwordFile : word))
    const spoken = await atTheTerminal.cli(...words, '--json')
    const proof = door.endsWith('/tokens') && door.startsWith('POST ') ? { current_password: owner.password } : {}
    const told = await owner.tell(door, { ...fields, ...proof })
    expect({ command, exitCode: spoken.exitCode, status: told.status }).toEqual({ command, exitCode: 0, status: 200 })
    expect(comparable(told.body)).toEqual(comparable(spoken.json))
  }
  const told = auditRows(atTheTerminal).slice(before[0])
  const rows = auditRows(overHttp).slice(before[1])
  const what = ({ verb, subject, subject_id, before, after }: Record<string, string | null>) =>
    comparable({ verb, subject, subject_id, before: JSON.parse(before ?? 'null'), after: JSON.parse(after ?? 'null') })
  expect(rows.map(what)).toEqual(told.map(what))
  expect(rows).toHaveLength(day.filter(({ door }) => !door.startsWith('GET ')).length)
  expect(new Set(told.map(({ actor }) => actor.replace(/ \(.*/, '')))).toEqual(new Set(['command line']))
  expect(new Set(rows.map(({ actor }) => actor))).toEqual(new Set([`user ${owner.name}`]))
  expect(rows.every(({ request_id }) => request_id)).toBe(true)
  expect(JSON.stringify([told, rows])).not.toContain(password)
})
