import { describe, expect, test } from 'bun:test'
import { countsPerHourMax, openCallCounter } from '../../src/call-log/counter'

const at = new Date('2030-01-01T10:59:59.500Z')
const hour = Date.parse('2030-01-01T10:00:00Z')
const call = (fields: { code?: string; productId?: number; apiKeyId?: number; route?: string } = {}) => ({
  at,
  route: '/api/v1/verify',
  code: '200',
  productId: undefined,
  apiKeyId: null,
  ...fields,
})
const routes = (...answers: [route: string, code: number, times: number][]) => {
  const all = new Map<string, { codes: Map<number | string, number> }>()
  for (const [route, code, times] of answers) {
    const { codes } = all.get(route) ?? { codes: new Map() }
    all.set(route, { codes: codes.set(code, times) })
  }
  return all
}

describe('calls are counted by the hour', () => {
  test('that agree in endpoint, code, product and API key, whatever the prefix of the route', () => {
    const counter = openCallCounter(new Map())
    counter.endSecond(
      [call({ productId: 7, apiKeyId: 1 }), call({ productId: 7, apiKeyId: 1, route: '/v1/verify' })],
      at,
    )
    counter.endSecond([call({ productId: 7, apiKeyId: 1 }), call({ code: '210' })], at)
    expect(counter.take()).toEqual([
      { hour, endpoint: 'verify', code: '200', productId: 7, apiKeyId: 1, calls: 3 },
      { hour, endpoint: 'verify', code: '210', productId: 0, apiKeyId: 0, calls: 1 },
    ])
    expect(counter.take()).toEqual([])
  })

  test('also those that are not recorded, as the metrics count them, once', () => {
    const answered = routes(['/api/v1/verify', 200, 5000], ['/api/v1/verify', 205, 1], ['/health', 200, 9])
    const counter = openCallCounter(answered)
    counter.endSecond([call({ productId: 7 }), call({ code: '205' })], at)
    expect(counter.take()).toEqual([
      { hour, endpoint: 'verify', code: '200', productId: 7, apiKeyId: 0, calls: 1 },
      { hour, endpoint: 'verify', code: '205', productId: 0, apiKeyId: 0, calls: 1 },
      { hour, endpoint: 'verify', code: '200', productId: 0, apiKeyId: 0, calls: 4999 },
    ])
    counter.endSecond([], at)
    expect(counter.take()).toEqual([])
  })

  test('but not while the log is off, nor later', () => {
    const answered = routes(['/api/v1/verify', 200, 10])
    const counter = openCallCounter(answered)
    counter.endSecond([], undefined)
    counter.endSecond([], at)
    expect(counter.take()).toEqual([])
  })

  test('and again where they could not be written', () => {
    const counter = openCallCounter(new Map())
    counter.endSecond([call()], at)
    const lost = counter.take()
    counter.endSecond([call()], at)
    counter.putBack(lost)
    expect(counter.take()).toMatchObject([{ code: '200', calls: 2 }])
  })
})

test('a hostile stock of products leaves a bounded number of counts an hour, and no call is left out', () => {
  const counter = openCallCounter(new Map())
  const calls = 2 * countsPerHourMax
  counter.endSecond(
    Array.from({ length: calls }, (_, productId) => call({ productId, apiKeyId: productId })),
    at,
  )
  const counts = counter.take()
  expect(counts.length).toBeLessThanOrEqual(countsPerHourMax + 1)
  expect(counts.reduce((sum, count) => sum + count.calls, 0)).toBe(calls)
  counter.endSecond([{ ...call({ productId: 1, apiKeyId: 1 }), at: new Date(at.getTime() + 3_600_000) }], at)
  expect(counter.take()).toMatchObject([{ productId: 1, apiKeyId: 1 }])
})
