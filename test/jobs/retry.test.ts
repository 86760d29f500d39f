import { afterAll, beforeAll, expect, test } from 'bun:test'
import { Type } from '@sinclair/typebox'
import { declareJob } from '../../src/jobs/job'
import { claimDue, enqueueAll, settle } from '../../src/jobs/store'
import { startInstallation, type TestInstallation } from '../support/installation'
import { beside } from '../support/webhooks'

const count = 1100
const [failing, other] = ['test.failing', 'test.other'].map((name) => declareJob(name, Type.Object({})))

let installation: TestInstallation
beforeAll(async () => {
  installation = await startInstallation()
  await beside(installation, ({ db }) =>
    db.write(async (tx) => {
      const now = installation.now()
      const work = Array.from({ length: count }, () => ({ payload: {} }))
      await enqueueAll(tx, failing!, work, { now })
      await enqueueAll(tx, other!, work.slice(0, 1), { now })
      for (const job of await claimDue(tx, [failing!, other!], now, count + 1)) {
        await settle(tx, job, { state: 'dead', finishedAt: now, lastError: 'it does not work' })
      }
    }),
  )
})
afterAll(() => installation.close())

const say = async (...args: string[]) => (await installation.cli('job', ...args, '--json')).json
const states = async (kind: string) => {
  const { jobs } = await say('list', '--kind', kind, '--limit', '1000')
  return new Set(jobs.map(({ state }: { state: string }) => state))
}

test('every dead job of a kind is due again, and none of another', async () => {
  expect(await states(failing!.name)).toEqual(new Set(['dead']))
  expect(await say('retry', '--kind', failing!.name)).toEqual({ retried: count })
  expect(await states(failing!.name)).toEqual(new Set(['queued']))
  expect(await states(other!.name)).toEqual(new Set(['dead']))
  expect(await say('retry', '--kind', failing!.name)).toEqual({ retried: 0 })
})

test.each([[['retry']], [['retry', '1', '--kind', 'test.other']], [['retry', '--kind', '']]])(
  '%j says to name a job or a kind',
  async (args) => {
    expect(await installation.cli('job', ...args)).toMatchObject({
      exitCode: 2,
      out: '',
      err: expect.stringContaining('--kind'),
    })
  },
)

test('what is not over is deleted only when it is said that it is not done then', async () => {
  const [{ id }] = (await say('list', '--kind', failing!.name, '--limit', '1')).jobs
  expect(await installation.cli('job', 'delete', String(id))).toMatchObject({ exitCode: 2, out: '' })
  expect((await say('delete', String(id), '--yes')).id).toBe(id)
  expect(await installation.cli('job', 'show', String(id))).toMatchObject({ exitCode: 1, out: '' })
})
