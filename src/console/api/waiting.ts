import { useSyncExternalStore } from 'react'

interface Waiting<Reason> {
  reason: Reason
  resume(): void
  giveUp(reason: Reason): void
}

/** Requests that wait until the user has done something, each with its reason. */
export function waitingRequests<Reason>() {
  let waiting: readonly Waiting<Reason>[] = []
  const listeners = new Set<() => void>()

  function set(next: readonly Waiting<Reason>[]) {
    waiting = next
    for (const listener of listeners) listener()
  }
  function takeAll() {
    const all = waiting
    set([])
    return all
  }
  function subscribe(listener: () => void) {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  return {
    /** Resolves once the requests may go on; throws the reason if the user gives up. */
    wait: (reason: Reason) => new Promise<void>((resume, giveUp) => set([...waiting, { reason, resume, giveUp }])),
    resumeAll() {
      for (const { resume } of takeAll()) resume()
    },
    giveUpAll() {
      for (const { reason, giveUp } of takeAll()) giveUp(reason)
    },
    /** The reason of the first that waits; undefined if none does. */
    useReason: () => useSyncExternalStore(subscribe, () => waiting[0]?.reason),
  }
}
