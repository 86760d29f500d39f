import type { Database } from 'bun:sqlite'
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { startInstallation, type TestInstallation } from '../support/installation'
import { openRaw } from '../support/raw'

let installation: TestInstallation
let raw: Database
beforeAll(async () => {
  installation = await startInstallation()
  raw = openRaw(installation.folder)
})
afterAll(async () => {
  raw.close()
  await installation.close()
})

test('what no reader is shown is kept with the record', async () => {
  const shared = { country: 'FR', data_group: 'kept' }
  await installation.ask('POST /api/v1/send-telemetry', {
    ...shared,
    hwid: 'hw-1',
    flags: { debug: true },
    metadata: [1, 'é'],
  })
  await installation.ask(
    'POST /api/v1/send-telemetry',
    { ...shared, hwid: '', flags: '{"debug":false}', metadata: 'plain' },
    { as: 'form' },
  )
  const rows = raw.query("select ip, hwid, country, flags, metadata from telemetry where data_group = 'kept'").all()
  expect(rows).toEqual([
    { ip: '127.0.0.1', hwid: 'hw-1', country: 'FR', flags: '{"debug":true}', metadata: '[1,"é"]' },
    { ip: '127.0.0.1', hwid: null, country: 'FR', flags: '{"debug":false}', metadata: '"plain"' },
  ])
})

test('subscribers are told of each record, and of a red flag, in the words of the reader', async () => {
  raw
    .query(
      `insert into webhooks (uuid, name, url, events, sealed_secret, active, created_at)
        values ('w', 'w', 'http://127.0.0.1:9/', '["telemetry.received","telemetry.flagged"]', '', 1, 0)`,
    )
    .run()
  await installation.ask('POST /api/v1/send-telemetry-data', { data_group: 'told' })
  const { response } = await installation.ask('GET /api/v1/get-telemetry-data', { data_group: 'told' })
  const deliveries = raw.query<{ event: string; content: string }, []>(
    'select event, content from deliveries order by id',
  )
  expect(deliveries.all().map(({ event, content }) => [event, JSON.parse(content).payload])).toEqual([
    ['telemetry.received', response.data[0]],
    ['telemetry.flagged', response.data[0]],
  ])
})
