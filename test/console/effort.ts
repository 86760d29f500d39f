import type { Page } from 'playwright-core'

/** What a task asks of a person: presses of the mouse, fields typed into, and keys. */
export interface Effort {
  presses: number
  entries: number
  keys: number
  /** For how long the person worked and waited. */
  seconds: number
}

type Counted = Omit<Effort, 'seconds'>
type Counting = typeof globalThis & { effort?: Counted }

/** Counts, in the page, what a hand does; scripts of the page do not count. */
function count() {
  const counting = globalThis as Counting
  if (counting.effort) return
  const effort = { presses: 0, entries: 0, keys: 0 }
  counting.effort = effort
  let typedInto: EventTarget | null = null
  const onHand = (event: string, does: (target: EventTarget | null) => void) =>
    addEventListener(event, ({ isTrusted, target }) => isTrusted && does(target), true)
  onHand('pointerdown', () => {
    effort.presses++
  })
  onHand('keydown', () => {
    effort.keys++
  })
  onHand('beforeinput', (target) => {
    if (target === typedInto) return
    typedInto = target
    effort.entries++
  })
}

// The keystroke-level model of Card, Moran and Newell: to decide, to point and press, to reach for the keyboard, a key.
const [decideSeconds, pressSeconds, reachSeconds, keySeconds] = [1.35, 1.3, 0.4, 0.28]

/**
 * What that takes on the page, which stays loaded. The seconds are those of a person, by the keystroke-level model, and
 * those in which the page was waited for.
 */
export async function effortOf(page: Page, does: () => Promise<void>): Promise<Effort> {
  await page.evaluate(count)
  const before = performance.now()
  await does()
  const waited = (performance.now() - before) / 1000
  const { presses, entries, keys } = await page.evaluate(() => (globalThis as Counting).effort!)
  const worked = presses * (decideSeconds + pressSeconds) + entries * (decideSeconds + reachSeconds) + keys * keySeconds
  return { presses, entries, keys, seconds: Math.round((worked + waited) * 10) / 10 }
}
