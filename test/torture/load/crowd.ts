import { type Message, receive } from '../../support/receiver'
import type { Chance } from '../chance'
import { openClient } from '../client'
import { type Ledger, openLedger } from '../ledger'
import type { Report } from '../report'
import type { Stage } from '../stage'
import { operations } from './operations'
import { type Customer, openShop } from './shop'

/** A delivery that has failed comes back after a minute, then after five. */
const deliveryPatienceMs = 400_000

const lots = operations.flatMap(([weight, operation]) => Array.from({ length: weight }, () => operation))

/** Many customers, and what they have been told so far. */
export interface Crowd {
  readonly ledger: Ledger
  /** Lets them in until they are sent home; what this returns sends them home and waits until the last one has gone. */
  come(): { sendHome: () => Promise<void> }
  /** Waits for the outcomes of all queued orders; a finding for each that does not come. */
  everythingDelivered(): Promise<void>
  leave(): Promise<void>
}

export interface CrowdTerms {
  stage: Stage
  chance: Chance
  report: Report
  size: number
  keysOnShelf: number
}

/** Opens a shop on a running server, and calls its customers. */
export async function gatherCrowd({ stage, chance, report, size, keysOnShelf }: CrowdTerms): Promise<Crowd> {
  const ask = openClient(stage, report)
  const shop = await openShop(stage, ask, keysOnShelf)
  const ledger = openLedger(report)
  const receiver = receive((message) => note(message, ledger, report))
  const customers = Array.from({ length: size }, (_, i): Customer => {
    const name = `c${i}`
    let words = 0
    return {
      ...{ name, ask, shop, stage, ledger, report, receiver },
      chance: chance.fork(name),
      word: () => `${name}-w${++words}`,
    }
  })
  return {
    ledger,
    come() {
      let isOpen = true
      const visit = async (customer: Customer) => {
        while (isOpen) await customer.chance.pick(lots)(customer)
      }
      const visits = Promise.all(customers.map(visit))
      return {
        async sendHome() {
          isOpen = false
          await visits
        },
      }
    },
    async everythingDelivered() {
      const deadline = performance.now() + deliveryPatienceMs
      while (waitingIn(ledger).length && performance.now() < deadline) await Bun.sleep(50)
      for (const owner of waitingIn(ledger)) report.find('every queued order reaches its webhook', { owner })
    },
    leave: () => receiver.close(),
  }
}

const waitingIn = ({ orders }: Ledger) =>
  [...orders].filter(([, { isQueued, deliveries }]) => isQueued && !deliveries).map(([owner]) => owner)

/** A queued order's outcome may come more than once, but it is the same each time. */
function note({ json }: Message, ledger: Ledger, report: Report) {
  const { response } = json.original
  const order = ledger.orders.get(response.identifier)
  if (response.code !== 803 || !order) {
    report.find('an order with a generator is fulfilled', response)
    return new Response()
  }
  const keys: string[] = response.license_keys.map(({ license_key }: { license_key: string }) => license_key)
  const isSame = !order.keys || order.keys.join() === keys.join()
  if (!isSame || keys.length !== order.quantity) report.find('an order is fulfilled once', { order, response })
  for (const key of keys) ledger.give(key, response.identifier)
  ledger.orders.set(response.identifier, { ...order, keys, deliveries: order.deliveries + 1 })
  report.count('webhooks received')
  return new Response()
}
