import { externalStore } from '../external-store'

interface Waiting<Reason> {
  reason: Reason
  resume(): void
  giveUp(reason: Reason): void
}

/** Requests that wait until the user has done something, each with its reason. */
export function waitingRequests<Reason>() {
  const waiting = externalStore<readonly Waiting<Reason>[]>([])

  function takeAll() {
    const all = waiting.get()
    waiting.set([])
    return all
  }

  return {
    /** Resolves once the requests may go on; throws the reason if the user gives up. */
    wait: (reason: Reason) =>
      new Promise<void>((resume, giveUp) => waiting.set([...waiting.get(), { reason, resume, giveUp }])),
    resumeAll() {
      for (const { resume } of takeAll()) resume()
    },
    giveUpAll() {
      for (const { reason, giveUp } of takeAll()) giveUp(reason)
    },
    /** The reason of the first that waits; undefined if none does. */
    useReason: () => waiting.use()[0]?.reason,
  }
}
