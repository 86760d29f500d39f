import { lazyRouteComponent } from '@tanstack/react-router'
import { untilKnownReachable, untilReachable } from './connection'

const storageKey = 'latchkey.reloaded-at'
const reloadPauseMs = 60_000

/**
 * Loads a piece of the console. If the server does not answer, it waits for it. Browsers remember that a piece could not
 * be loaded, so the page may have to be loaded anew then.
 */
export const loadPiece =
  <Module>(load: () => Promise<Module>) =>
  async (): Promise<Module> => {
    await untilKnownReachable()
    return load().catch(async () => {
      await untilReachable()
      return load().catch(reloadOnce)
    })
  }

/** The component of a page that is loaded when it opens, by the name of its export. */
export const lazyPage = <Module extends Record<string, unknown>, Name extends keyof Module & string>(
  load: () => Promise<Module>,
  name: Name,
) => lazyRouteComponent(loadPiece(load), name)

/** Loads the page anew, unless that was done a moment ago and did not help. */
function reloadOnce(error: unknown): Promise<never> {
  if (Date.now() - Number(sessionStorage.getItem(storageKey)) < reloadPauseMs) throw error
  sessionStorage.setItem(storageKey, String(Date.now()))
  location.reload()
  return new Promise(() => {})
}
