import { useSyncExternalStore } from 'react'

let waiting: (() => void)[] = []
const listeners = new Set<() => void>()
const changed = () => {
  for (const listener of listeners) listener()
}

/** Asks for the password in a dialog, because the session has ended, and resolves once the user is logged in. */
export const requireLogIn = () =>
  new Promise<void>((resolve) => {
    waiting = [...waiting, resolve]
    changed()
  })

/** Lets every request that waits for the log-in go on. */
export function loggedInAgain() {
  const resumed = waiting
  waiting = []
  changed()
  for (const resume of resumed) resume()
}

/** Whether a request waits for the user to log in again. */
export const useSessionEnded = () =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => waiting.length > 0,
  )
