import { expect } from 'bun:test'
import type { Locator, Page } from 'playwright-core'

const stepsMax = 120
const triesMax = 300
const pauseMs = 50

/** Fails at the first event of a mouse, a finger or a pen on a page of this context. */
export async function forbidPointer(page: Page) {
  await page.addInitScript(() => {
    for (const type of ['pointerdown', 'pointermove', 'mousedown', 'mousemove', 'touchstart', 'wheel']) {
      document.addEventListener(type, () => console.error(`not by keyboard: ${type}`), { capture: true })
    }
  })
}

/** Requires that something has the focus, and that it is in view with nothing on it; waits for what moves it on. */
export async function requireVisibleFocus(page: Page) {
  let fault = await focusFault(page)
  for (let tries = 0; fault && tries < triesMax; tries++) {
    await page.waitForTimeout(pauseMs)
    fault = await focusFault(page)
  }
  expect(fault, page.url()).toBe('')
}

const focusFault = (page: Page) =>
  page.evaluate(() => {
    const focused = document.activeElement
    if (!focused || focused === document.body) return 'nothing has the focus'
    const { top, bottom, left, right } = focused.getBoundingClientRect()
    const [x, y] = [(Math.max(left, 0) + Math.min(right, innerWidth)) / 2, Math.max(top, 0) + 1]
    const name = focused.outerHTML.slice(0, 200)
    if (bottom <= 0 || top >= innerHeight || right <= 0 || left >= innerWidth) return `out of view: ${name}`
    const middle = Math.min((Math.max(top, 0) + Math.min(bottom, innerHeight)) / 2, innerHeight - 1)
    const seen = [y, middle].map((each) => document.elementFromPoint(x, each))
    if (!seen.some((each) => each && (focused.contains(each) || each.contains(focused)))) return `covered: ${name}`
    if (focused.matches('main, [role=dialog], h1')) return ''
    const { outlineStyle, outlineWidth } = getComputedStyle(focused)
    return outlineStyle === 'none' || outlineWidth === '0px' ? `no ring around it: ${name}` : ''
  })

/** Presses Tab until this has the focus; at each step, the focus is visible. */
export async function tabTo(page: Page, target: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab') {
  await target.waitFor()
  for (let steps = 0; steps < stepsMax; steps++) {
    if (await target.evaluate((element) => element === document.activeElement)) return
    await page.keyboard.press(key)
    await requireVisibleFocus(page)
  }
  throw new Error(`${key} does not reach ${target}`)
}

/** Requires that the page does not scroll sideways. */
export async function requireNoSideways(page: Page) {
  const wide = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement
    if (scrollWidth <= clientWidth) return []
    return [...document.querySelectorAll('*')]
      .filter((element) => element.getBoundingClientRect().right > clientWidth + 1)
      .slice(-3)
      .map((element) => element.outerHTML.slice(0, 150))
  })
  expect(wide, page.url()).toEqual([])
}
