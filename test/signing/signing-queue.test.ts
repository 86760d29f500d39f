import { expect, test } from 'bun:test'
import { openSigningQueue } from '../../src/signing/signing-queue'

/** A queue whose work ends when it is told to; the order in which it was begun. */
function held() {
  const queue = openSigningQueue()
  const begun: string[] = []
  const ends: (() => void)[] = []
  const run = (name: string, lane: Parameters<typeof queue.run>[0]) => {
    const work = () => {
      begun.push(name)
      return new Promise<void>((resolve) => ends.push(resolve))
    }
    return queue.run(lane, work)
  }
  const endAll = async () => {
    await Bun.sleep(0)
    while (ends.length) {
      ends.shift()!()
      await Bun.sleep(0)
    }
  }
  return { queue, begun, run, endAll }
}

const lane = (network: string, subject = 'KEY') => ({ network, subject })

test('an answer for everybody is never behind those that one client waits for', async () => {
  const { begun, run, endAll } = held()
  const greedy = Array.from({ length: 50 }, (_, i) => run(`greedy ${i}`, lane('192.0.2.1')))
  await Bun.sleep(0)
  const before = begun.length
  const plain = run('plain', 'valid_license_key')
  await Bun.sleep(0)
  expect(begun.slice(before)).toEqual(['plain'])
  await endAll()
  await Promise.all([...greedy, plain])
})

test('each network has its turn, and within a network each licence', async () => {
  const { begun, run, endAll } = held()
  const waiting = Array.from({ length: 50 }, (_, i) => run(`greedy ${i}`, lane('192.0.2.1', 'EVIL')))
  await Bun.sleep(0)
  const taken = begun.length
  waiting.push(run('neighbour', lane('192.0.2.1', 'HONEST')), run('other', lane('198.51.100.1', 'HONEST')))
  await endAll()
  await Promise.all(waiting)
  expect(begun.indexOf('neighbour')).toBeLessThan(taken + 4)
  expect(begun.indexOf('other')).toBeLessThan(taken + 4)
})

test('a place is given back where the work fails', async () => {
  const { queue } = held()
  for (let i = 0; i < 50; i++) {
    const failing = queue.run(lane('192.0.2.1'), () => Promise.reject(new Error('no key')))
    expect(await failing.catch(({ message }: Error) => message)).toBe('no key')
  }
  expect(await queue.run(lane('192.0.2.1'), async () => 'done')).toBe('done')
})

test('a licence for which very many wait is told so, and no other', async () => {
  const { queue, run, endAll } = held()
  const waiting = Array.from({ length: 600 }, (_, i) => run(`${i}`, lane('192.0.2.1', 'EVIL')))
  expect(queue.isCrowded(lane('192.0.2.1', 'EVIL'))).toBeTrue()
  expect(queue.isCrowded(lane('192.0.2.1', 'HONEST'))).toBeFalse()
  await endAll()
  await Promise.all(waiting)
  expect(queue.isCrowded(lane('192.0.2.1', 'EVIL'))).toBeFalse()
})
