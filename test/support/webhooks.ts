import { readConfig } from '../../src/config'
import { type Installation, openInstallation } from '../../src/installation'
import type { TestInstallation } from './installation'
import { until } from './wait'

/** Does something in the installation's folder beside its running server, as a command does. */
export async function beside<T>(
  installation: TestInstallation,
  work: (opened: Installation) => Promise<T>,
): Promise<T> {
  const config = readConfig({}, { LATCHKEY_DATA_DIR: installation.folder })
  const opened = await openInstallation({ config, clock: installation.now })
  try {
    return await work(opened)
  } finally {
    await opened.close()
  }
}

/** Subscribes an address to events; the webhook with its secret. */
export async function subscribe(installation: TestInstallation, url: string, events = 'all') {
  const { json, err } = await installation.cli(
    'webhook',
    'add',
    '--name',
    'test',
    '--url',
    url,
    '--events',
    events,
    '--json',
  )
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
export async function deliveries(installation: TestInstallation, ...args: string[]): Promise<ListedDelivery[]> {
  const { json } = await installation.cli('webhook', 'deliveries', ...args, '--json')
  return json.deliveries.reverse()
}

/** Every delivery there is, however many pages they fill. */
export async function allDeliveries(installation: TestInstallation): Promise<ListedDelivery[]> {
  const all: ListedDelivery[] = []
  for (let after: string[] = []; ; ) {
    const { json } = await installation.cli('webhook', 'deliveries', '--limit', '1000', ...after, '--json')
    all.push(...json.deliveries)
    if (json.next === null) return all
    after = ['--after', json.next]
  }
}

/** Waits until the delivery to that URL, the only one, is in that state with that many attempts; returns it. */
export const delivered = (installation: TestInstallation, url: string, state: string, attempts?: number) =>
  until(`a delivery to ${url} in state ${state}`, async () => {
    const found = (await deliveries(installation)).find((delivery) => delivery.url === url)
    return found?.state === state && (attempts ?? found.attempts.length) === found.attempts.length && found
  })
