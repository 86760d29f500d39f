import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Static, Type } from '@sinclair/typebox'
import { type Db, openDatabase } from '../../src/database/database'
import { migrate } from '../../src/database/migrate'
import { declareJob, type Handler, handles } from '../../src/jobs/job'
import { retryJob } from '../../src/jobs/service'
import { enqueue, pageJobs, releaseRunning } from '../../src/jobs/store'
import { startWorker, type Worker } from '../../src/jobs/worker'
import type { LogFields } from '../../src/kernel/log'
import { until } from '../support/wait'

const Numbered = Type.Object({ n: Type.Integer() })
const minuteMs = 60_000
const chore = declareJob('chore', Numbered, { delaysMs: [minuteMs, minuteMs], leaseMs: minuteMs })

let folder: string
let db: Db
let ahead: number
let workers: Worker[]
let logged: LogFields[]
const clock = () => new Date(Date.now() + ahead)

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-jobs-'))
  migrate(join(folder, 'latchkey.db'), new Date())
  db = openDatabase(join(folder, 'latchkey.db'), { actor: 'test' })
  ahead = 0
  workers = []
  logged = []
})

afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.stop()))
  await db.close()
  rmSync(folder, { recursive: true, force: true })
})

async function work(handler: Handler<typeof Numbered>, kind = chore, on = db) {
  const worker = await startWorker({ db: on, clock, log: (_, facts) => logged.push(facts) }, [handles(kind, handler)])
  workers.push(worker)
  return worker
}

const put = (n: number, lane?: string) => db.write((tx) => enqueue(tx, chore, { n }, { now: clock(), lane }))
const jobs = async () => (await pageJobs(db.read, {}, { sort: 'id', limit: 1000 })).rows
const stateOf = async (index = 0) => (await jobs())[index]?.state
const isInState = (state: string, index = 0) => until(state, async () => (await stateOf(index)) === state)

/** A promise and the means to keep it. */
const promised = <T = void>() => Promise.withResolvers<T>()

setDefaultTimeout(30_000)

describe('a job', () => {
  test('is there if and only if the write it was put in with commits', async () => {
    const failed = db.write(async (tx) => {
      await enqueue(tx, chore, { n: 1 }, { now: clock() })
      throw new Error('undone')
    })
    await expect(failed).rejects.toThrow('undone')
    expect(await jobs()).toEqual([])
  })

  test('and what it writes are committed together, or neither', async () => {
    await put(1)
    await work(async () => ({
      write: async (tx) => {
        await enqueue(tx, chore, { n: 99 }, { now: new Date(clock().getTime() + 3 * minuteMs) })
        throw new Error('the disk said no')
      },
    }))
    await until('a failure', async () => (await jobs())[0]?.lastError)
    expect(await jobs()).toMatchObject([{ state: 'queued', attempts: 1, lastError: 'the disk said no' }])
  })

  test('whose end cannot be written for a while is not run again for it', async () => {
    let [runs, refusals] = [0, 2]
    await put(1)
    await work(async () => {
      runs++
      return {
        async write() {
          if (refusals-- > 0) throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' })
        },
      }
    })
    await isInState('done')
    expect((await jobs())[0]).toMatchObject({ attempts: 1, lastError: null })
    expect(runs).toBe(1)
  })

  test('does not wait for an hour that the clock is set back from', async () => {
    const done: number[] = []
    let isBroken = true
    ahead = 60 * minuteMs
    await put(1)
    await work(async ({ n }) => {
      if (n === 1 && isBroken) throw new Error('not yet')
      return { write: async () => void done.push(n) }
    })
    await until('a failure', async () => (await jobs())[0]?.lastError)
    ahead = 0
    await put(2)
    await until('the second', () => done.length === 1)
    isBroken = false
    ahead = 2 * minuteMs
    await until('the first', () => done.length === 2)
    expect(done).toEqual([2, 1])
  })

  test('that a clock put in which was set back since is due for the server that starts next', async () => {
    ahead = 60 * minuteMs
    await put(1)
    ahead = 0
    await db.write((tx) => releaseRunning(tx, clock()))
    await work(async () => ({}))
    await isInState('done')
  })

  test('that fails comes back after its delay, and is dead after its last attempt', async () => {
    const attempts: string[] = []
    await put(1)
    await work(async (_, { attempt, isLast }) => {
      attempts.push(`${attempt} ${isLast}`)
      throw new Error('no luck')
    })
    await until('one attempt', async () => (await jobs())[0]?.lastError)
    const [waiting] = await jobs()
    const delayMs = waiting!.runAt.getTime() - clock().getTime()
    expect(delayMs).toBeGreaterThan(minuteMs - 10_000)
    expect(delayMs).toBeLessThanOrEqual(minuteMs * 1.1)
    ahead += 2 * minuteMs
    await until('two attempts', () => attempts.length === 2)
    await until('the second end', async () => (await stateOf()) === 'queued')
    ahead += 2 * minuteMs
    await isInState('dead')
    expect(attempts).toEqual(['1 false', '2 false', '3 true'])
    expect((await jobs())[0]).toMatchObject({ lastError: 'no luck', attempts: 3, leaseUntil: null })
  })

  test('whose payload does not fit is a failure that is told', async () => {
    await db.write((tx) => enqueue(tx, chore as never, { n: 'one' } as never, { now: clock() }))
    await work(async () => ({}))
    await until('a failure', async () => (await jobs())[0]?.lastError)
    expect(await stateOf()).toBe('queued')
  })

  test('of a kind this version does not know waits for one that does', async () => {
    const other = declareJob('from the future', Numbered)
    await db.write((tx) => enqueue(tx, other, { n: 1 }, { now: clock() }))
    await put(2)
    await work(async () => ({}))
    await isInState('done', 1)
    expect(await stateOf(0)).toBe('queued')
  })

  test('that is postponed comes back without having lost an attempt', async () => {
    const attempts: number[] = []
    await put(1)
    await work(async (_, { attempt, now }) => {
      attempts.push(attempt)
      return attempts.length < 3 ? { postponedTo: new Date(now.getTime() + minuteMs) } : {}
    })
    await until('postponed once', async () => attempts.length === 1 && (await stateOf()) === 'queued')
    ahead += minuteMs
    await until('postponed twice', async () => attempts.length === 2 && (await stateOf()) === 'queued')
    ahead += minuteMs
    await isInState('done')
    expect(attempts).toEqual([1, 1, 1])
  })
})

describe('a lane', () => {
  test('keeps its order when the first job fails twice, and delays nobody else', async () => {
    const done: number[] = []
    let failures = 2
    await put(1, 'a')
    await put(2, 'a')
    await put(3, 'a')
    await put(4)
    await put(5, 'b')
    await work(async ({ n }) => {
      if (n === 1 && failures-- > 0) throw new Error('not yet')
      return { write: async () => void done.push(n) }
    })
    await until('the others', () => done.length === 2)
    expect(done.toSorted()).toEqual([4, 5])
    for (const _ of [1, 2]) {
      await until('a failure', async () => (await stateOf()) === 'queued')
      ahead += 2 * minuteMs
      await until('the next attempt', async () => (await jobs())[0]!.runAt > clock() || (await stateOf()) === 'done')
    }
    await isInState('done', 2)
    expect(done.slice(2)).toEqual([1, 2, 3])
  })

  test('goes on when its first job is dead, and a dead one that is retried runs beside none of them', async () => {
    const hold = promised()
    const running: number[] = []
    let together = 0
    let isBroken = true
    await put(1, 'a')
    await put(2, 'a')
    await put(3, 'a')
    await work(async ({ n }) => {
      if (n === 1 && isBroken) throw new Error('broken')
      running.push(n)
      together = Math.max(together, running.length)
      if (n === 2) await hold.promise
      return { write: async () => void running.splice(running.indexOf(n), 1) }
    })
    for (const attempts of [1, 2, 3]) {
      await until(`attempt ${attempts}`, async () => {
        const [first] = await jobs()
        return first!.attempts === attempts && first!.state !== 'running'
      })
      if (attempts < 3) ahead += 2 * minuteMs
    }
    await until('the second to run', () => running.includes(2))
    isBroken = false
    const [first] = await jobs()
    await db.write((tx) => retryJob(tx, first!.id, clock()))
    workers[0]!.poke()
    await Bun.sleep(700)
    expect(running).toEqual([2])
    hold.resolve()
    await isInState('done', 2)
    expect(await stateOf(0)).toBe('done')
    expect(together).toBe(1)
  })

  test('of a hundred thousand that wait does not slow the others', async () => {
    await db.write(async (tx) => {
      await tx.run(`with recursive n(i) as (select 1 union all select i + 1 from n where i < 100000)
        insert into jobs (kind, payload, lane, state, run_at, created_at)
        select 'chore', json_object('n', i), 'a', 'queued', ${clock().getTime()}, 0 from n`)
      await tx.run(`update jobs set run_at = ${clock().getTime() + 60 * minuteMs} where id = 1`)
    })
    const done: number[] = []
    for (let n = 0; n < 300; n++) await put(1_000_000 + n)
    await work(async ({ n }) => ({ write: async () => void done.push(n) }))
    await until('three hundred others', () => done.length === 300)
    expect(done.every((n) => n >= 1_000_000)).toBe(true)
  })
})

describe('a lease', () => {
  test('that ran out lets the job be claimed again, and fences the run that overstayed it', async () => {
    const slow = promised()
    await put(1)
    await work(async (_, { attempt }) => {
      if (attempt === 1) await slow.promise
      return {}
    })
    await isInState('running')
    ahead += 2 * minuteMs
    await isInState('done')
    slow.resolve()
    await until('the first run to be refused', () => logged.length)
    expect(logged[0]!.error).toContain('taken over')
    expect((await jobs())[0]).toMatchObject({ state: 'done', attempts: 2 })
  })

  test('undoes what a fenced run wrote', async () => {
    const slow = promised()
    await put(1)
    await work(async (_, { attempt }) => {
      if (attempt === 1) await slow.promise
      const far = new Date(clock().getTime() + 100 * minuteMs)
      return {
        async write(tx) {
          await enqueue(tx, chore, { n: 100 + attempt }, { now: clock(), runAt: far })
        },
      }
    })
    await isInState('running')
    ahead += 2 * minuteMs
    await isInState('done')
    slow.resolve()
    await until('the first run to be refused', () => logged.length)
    expect((await jobs()).map(({ payload }) => (payload as Static<typeof Numbered>).n)).toEqual([1, 102])
  })

  test('of a process that died is void for the server that starts next', async () => {
    const never = promised()
    await put(1)
    await work(async (_, { attempt }) => {
      if (attempt === 1) await never.promise
      return {}
    })
    await isInState('running')
    await db.write((tx) => releaseRunning(tx, clock()))
    await isInState('done')
    expect((await jobs())[0]).toMatchObject({ attempts: 2 })
    never.resolve()
  })
})

describe('workers', () => {
  test('two on one database run every job once, and never two of a lane together', async () => {
    const runs = join(folder, 'runs')
    for (let n = 0; n < 200; n++) await put(n, n % 4 ? undefined : `lane ${n % 3}`)
    const script = join(import.meta.dir, 'second-worker.ts')
    const processes = [1, 2].map(() =>
      Bun.spawn([process.execPath, script, join(folder, 'latchkey.db'), runs], { stdout: 'pipe' }),
    )
    await until('all of them', async () => (await jobs()).every(({ state }) => state === 'done'))
    for (const child of processes) child.kill('SIGTERM')
    expect(await Promise.all(processes.map((child) => child.exited))).toEqual([0, 0])
    const events = readFileSync(runs, 'utf8').trim().split('\n')
    const begun = events.filter((event) => event.includes('begins')).map((event) => Number(event.split(' ')[0]))
    expect(begun.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, n) => n))
    for (const lane of [0, 1, 2]) {
      const ofLane = events.filter(
        (event) => Number(event.split(' ')[0]) % 4 === 0 && Number(event.split(' ')[0]) % 3 === lane,
      )
      const numbers = ofLane.map((event) => Number(event.split(' ')[0]))
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b))
      expect(ofLane.every((event, i) => event.includes(i % 2 ? 'ends' : 'begins'))).toBe(true)
    }
  })

  test('one that starts leaves alone what another is running', async () => {
    const hold = promised()
    let runs = 0
    const handler = async () => {
      runs++
      await hold.promise
      return {}
    }
    await put(1)
    await work(handler)
    await isInState('running')
    await work(handler)
    await Bun.sleep(700)
    hold.resolve()
    await isInState('done')
    expect(runs).toBe(1)
  })

  test('run no more of a kind at once than it allows, and fill the room of others', async () => {
    const narrow = declareJob('narrow', Numbered, { atOnceMax: 2 })
    const wide = declareJob('wide', Numbered, { atOnceMax: 50 })
    let most = 0
    let running = 0
    const hold = promised()
    await db.write(async (tx) => {
      for (let n = 0; n < 10; n++) await enqueue(tx, narrow, { n }, { now: clock() })
      for (let n = 0; n < 40; n++) await enqueue(tx, wide, { n }, { now: clock() })
    })
    let wideRunning = 0
    workers.push(
      await startWorker({ db, clock, log: () => {} }, [
        handles(narrow, async () => {
          most = Math.max(most, ++running)
          await hold.promise
          running--
          return {}
        }),
        handles(wide, async () => {
          wideRunning++
          await hold.promise
          return {}
        }),
      ]),
    )
    await until('all of the wide kind', () => wideRunning === 40)
    expect(running).toBe(2)
    hold.resolve()
    await until('all', async () => (await jobs()).every(({ state }) => state === 'done'))
    expect(most).toBe(2)
  })

  test('that stop let a running job end, and hand back one that gives up', async () => {
    await put(1)
    await put(2)
    const worker = await work(async ({ n }, { signal }) => {
      await new Promise((aborted) => signal.addEventListener('abort', aborted))
      if (n === 2) throw new Error('gave up')
      await Bun.sleep(50)
      return {}
    })
    await until('both to run', async () => (await jobs()).every(({ state }) => state === 'running'))
    await worker.stop()
    expect(await jobs()).toMatchObject([
      { state: 'done', attempts: 1 },
      { state: 'queued', attempts: 0, lastError: null },
    ])
    await put(3)
    worker.poke()
    await Bun.sleep(700)
    expect(await stateOf(2)).toBe('queued')
  })
})

describe('recurring work', () => {
  const daily = declareJob('daily', Type.Object({}), { everyMs: 60 * minuteMs, delaysMs: [minuteMs] })

  test('is one job however many workers start, comes again and again, and is never dead', async () => {
    const outcomes = ['fine', 'bad', 'bad', 'fine']
    let runs = 0
    const handler = async () => {
      if (outcomes[runs++] === 'bad') throw new Error('bad day')
      return {}
    }
    const start = async () => workers.push(await startWorker({ db, clock, log: () => {} }, [handles(daily, handler)]))
    await start()
    await start()
    for (const [run, waitMs] of [60, 2, 60].entries()) {
      await until(`run ${run + 1}`, async () => runs === run + 1 && (await stateOf()) === 'queued')
      await Bun.sleep(700)
      expect(runs).toBe(run + 1)
      ahead += waitMs * minuteMs
    }
    await until('the last run', async () => runs === 4 && (await stateOf()) === 'queued')
    expect(await jobs()).toMatchObject([{ state: 'queued', attempts: 0, lastError: null }])
  })
})
