import { expect, test } from 'bun:test'
import { RequestContext } from '../../src/access/request-context'

const lane = (fields: Record<string, unknown>) =>
  new RequestContext({
    request: new Request('http://x/'),
    now: new Date(0),
    arrivedAt: 0,
    carried: { fields },
    peer: '',
    key: undefined,
    addressOf: () => '8.8.8.8',
  }).laneOf({ answer: 'changelog_retrieved', productId: 1 })

test('a page that a stranger cuts is signed in the turn of their network, the usual one before all others', () => {
  expect(lane({ slug: 'app' })).toBeUndefined()
  const own = { network: '8.8.8.8', subject: 'changelog_retrieved' }
  expect([lane({ page: '2' }), lane({ per_page: '7' })]).toEqual([own, own])
})
