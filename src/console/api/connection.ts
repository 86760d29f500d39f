import { useSyncExternalStore } from 'react'
import { basePath } from './base-path'

const pauseMs = 800

let isLost = false
let watching: Promise<void> | undefined
const listeners = new Set<() => void>()

/** Whether an answer is the server's, and not that of a proxy that found no server behind it. */
export const isFromServer = ({ status, headers }: Response) =>
  ![502, 503, 504].includes(status) || (headers.get('content-type') ?? '').startsWith('application/json')

/** Resolves after a pause, or as soon as the server answers again; meanwhile `useConnectionLost` is true. */
export function untilReachable(): Promise<void> {
  watching ??= watch().finally(() => {
    watching = undefined
  })
  return watching
}

/** Resolves at once unless the server is known not to answer. */
export const untilKnownReachable = async () => {
  if (isLost) await untilReachable()
}

/** Whether the server does not answer. */
export const useConnectionLost = () => useSyncExternalStore(subscribe, () => isLost)

async function watch() {
  await pause()
  while (!(await isReachable())) {
    setLost(true)
    await pause()
  }
  setLost(false)
}

/** Whether the server answers at all, whatever it says. */
const isReachable = () =>
  fetch(`${basePath}/admin/api/session`, { cache: 'no-store', credentials: 'same-origin' }).then(
    isFromServer,
    () => false,
  )

function setLost(next: boolean) {
  if (isLost === next) return
  isLost = next
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void) {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

const pause = () => new Promise((resolve) => setTimeout(resolve, pauseMs))
