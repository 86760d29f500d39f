import { externalStore } from '../external-store'
import { basePath } from './base-path'

const pauseMs = 800

const lost = externalStore(false)
let watching: Promise<void> | undefined

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
  if (lost.get()) await untilReachable()
}

/** Whether the server does not answer. */
export const useConnectionLost = lost.use

async function watch() {
  await pause()
  while (!(await isReachable())) {
    lost.set(true)
    await pause()
  }
  lost.set(false)
}

/** Whether the server answers at all, whatever it says. */
const isReachable = () =>
  fetch(`${basePath}/admin/api/session`, { cache: 'no-store', credentials: 'same-origin' }).then(
    isFromServer,
    () => false,
  )

const pause = () => new Promise((resolve) => setTimeout(resolve, pauseMs))
