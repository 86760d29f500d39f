import type { Config } from '../config'
import type { Db } from '../database/database'
import { addressSet, plainAddress } from '../kernel/addresses'
import { type Clock, stopwatch } from '../kernel/clock'
import { clientAddress, isRelayed } from '../kernel/forwarded'
import { isPublic } from '../kernel/internet'
import type { Log } from '../kernel/log'
import { type Message, message, remedy, settingRef } from '../kernel/message'
import type { Peers } from './peers'
import { type ProxyProblem, putProxyProblem } from './store'

export { deleteProxyProblems, listProxyProblems, type ProxyProblem } from './store'

const repeatedAfterMs = 10 * 60_000
const shownLength = 100

/** Determines client addresses, and detects proxies that hide them. */
export interface ClientAddresses {
  /** The address a request is counted under; `peer` is the socket's address, if already known. */
  of(request: Request, peer?: string): string
  /**
   * Why a request must not count as local to this machine or network: a proxy forwarded it and hides its client.
   * Undefined if nothing speaks against it.
   */
  obstacle(request: Request): Message | undefined
}

interface Dependencies {
  config: Pick<Config, 'trusted_proxies'>
  peers: Peers
  db: Pick<Db, 'note'>
  log: Log
  clock: Clock
}

/** Logs each kind of problem and stores it for `status` and `doctor`, at most every ten minutes. */
export function openClientAddresses({ config, peers, db, log, clock }: Dependencies): ClientAddresses {
  const reportedAt = new Map<ProxyProblem['kind'], number>()

  function report(kind: ProxyProblem['kind'], facts: Omit<ProxyProblem, 'kind' | 'at'>) {
    const at = stopwatch()
    if (at - (reportedAt.get(kind) ?? Number.NEGATIVE_INFINITY) < repeatedAfterMs) return
    reportedAt.set(kind, at)
    const now = clock()
    log(now, { event: events[kind], ...facts })
    db.note((tx) => putProxyProblem(tx, { kind, at: now.toISOString(), ...facts })).catch(() => {})
  }

  return {
    of(request, socketAddress = peers.addressOf(request)) {
      const { headers } = request
      // Read each time: the setting may change while the server runs.
      const trusted = addressSet(config.trusted_proxies)
      const { address, unreadableHop } = clientAddress(socketAddress, headers, trusted)
      if (unreadableHop !== undefined)
        report('unreadable_hop', { peer: address, hop: unreadableHop.slice(0, shownLength) })
      else if (
        address !== '' &&
        namesClient(headers) &&
        !isPublic(address) &&
        isSocket(address, socketAddress) &&
        !trusted.has(address)
      )
        report('untrusted_proxy', { peer: address })
      return address
    },
    obstacle(request) {
      const socketAddress = peers.addressOf(request)
      const trusted = addressSet(config.trusted_proxies)
      const peer = plainAddress(socketAddress)
      if (!trusted.has(peer)) {
        return !isPublic(peer) && isRelayed(request.headers)
          ? message`a proxy at ${peer} passed this request on, and trusted_proxies does not name it: ${remedy('setting set', { name: 'trusted_proxies', value: peer })}, or ${settingRef('trusted_proxies')}`
          : undefined
      }
      const { unreadableHop } = clientAddress(socketAddress, request.headers, trusted)
      return unreadableHop === undefined
        ? undefined
        : message`the proxy at ${peer} does not name its client by an address: let it write X-Forwarded-For`
    },
  }
}

const events = {
  untrusted_proxy: 'a proxy that trusted_proxies does not name passes requests on: its clients count as one address',
  unreadable_hop: 'a trusted proxy names no address of its client: such clients count as the proxy',
} satisfies Record<ProxyProblem['kind'], string>

const namesClient = (headers: Headers) => headers.has('x-forwarded-for') || headers.has('forwarded')

const isSocket = (address: string, socketAddress: string) => address === plainAddress(socketAddress)
