import { readConfig } from '../../src/config'
import { type House, openHouse } from '../../src/house'
import type { TestHouse } from './house'
import { until } from './wait'

/** Does something in the house's folder beside its running server, as a command does. */
export async function beside<T>(house: TestHouse, work: (opened: House) => Promise<T>): Promise<T> {
  const config = readConfig({}, { LATCHKEY_DATA_DIR: house.folder })
  const opened = await openHouse({ config, clock: house.now })
  try {
    return await work(opened)
  } finally {
    await opened.close()
  }
}

/** Subscribes an address to events; the webhook with its secret. */
export async function subscribe(house: TestHouse, url: string, events = 'all') {
  const { json, err } = await house.cli('webhook', 'add', '--name', 'test', '--url', url, '--events', events, '--json')
  if (!json) throw new Error(err)
  return json
}

interface ListedAttempt {
  attempt: number
  at: string
  status: number | null
  duration_ms: number
  response_body: string
  error: string | null
}

export interface ListedDelivery {
  id: number
  message_id: string
  webhook_id: number | null
  event: string
  url: string
  state: string
  attempts: ListedAttempt[]
}

/** Deliveries as the command lists them, oldest first. */
export async function deliveries(house: TestHouse, ...args: string[]): Promise<ListedDelivery[]> {
  const { json } = await house.cli('webhook', 'deliveries', ...args, '--json')
  return json.deliveries.reverse()
}

/** Every delivery there is, however many pages they fill. */
export async function allDeliveries(house: TestHouse): Promise<ListedDelivery[]> {
  const all: ListedDelivery[] = []
  for (let after: string[] = []; ; ) {
    const { json } = await house.cli('webhook', 'deliveries', '--limit', '1000', ...after, '--json')
    all.push(...json.deliveries)
    if (json.next === null) return all
    after = ['--after', json.next]
  }
}

/** Waits until the delivery to that URL, the only one, is in that state with that many attempts; returns it. */
export const delivered = (house: TestHouse, url: string, state: string, attempts?: number) =>
  until(`a delivery to ${url} in state ${state}`, async () => {
    const found = (await deliveries(house)).find((delivery) => delivery.url === url)
    return found?.state === state && (attempts ?? found.attempts.length) === found.attempts.length && found
  })
