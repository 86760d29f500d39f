import type { Page, Request } from 'playwright-core'
import { until } from '../support/wait'

/** A page in which hostile texts find the function they call, moved by links of the console, as users move. */
export async function openHostilePage(page: Page) {
  await page.addInitScript(() => {
    Object.assign(globalThis, { hostile: () => Object.assign(globalThis, { wasRun: true }) })
  })
  const dialogs: string[] = []
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message())
    return dialog.dismiss()
  })
  const waiting = new Set<Request>()
  let quietSince = 0
  page.on('request', (request) => waiting.add(request))
  const answered = (request: Request) => {
    waiting.delete(request)
    quietSince = performance.now()
  }
  page.on('requestfinished', answered)
  page.on('requestfailed', answered)
  /** Waits until the page has drawn all answers and asks for nothing more. */
  const settled = async () => {
    quietSince = performance.now()
    await until('the answers for the page', async () => {
      await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))))
      return !waiting.size && performance.now() - quietSince > 100
    })
    await page.getByText('Loading …').waitFor({ state: 'detached' })
  }
  await page.reload()
  return {
    dialogs,
    settled,
    /** Goes to an address below `/console` without loading the console again. */
    async go(path: string) {
      await page.evaluate((address) => history.pushState({}, '', address), `/console${path}`)
      await settled()
    },
  }
}

/** What stored texts became on the page as it stands, if not text. */
export const faultsOfText = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const all = [...document.querySelectorAll('*')]
    const isScript = (address: string) =>
      !['http:', 'https:', 'blob:'].includes(new URL(address, location.href).protocol)
    const addresses = ['href', 'src', 'action', 'formaction', 'xlink:href']
    const faults = {
      'made of a text': (each: Element) => each.matches('[data-hostile], iframe, object, embed, base, img[src=x]'),
      'has a handler': (each: Element) => [...each.attributes].some(({ name }) => name.startsWith('on')),
      'leads to a script': (each: Element) =>
        !each.matches('link[rel=icon], img') &&
        addresses.some((name) => each.hasAttribute(name) && isScript(each.getAttribute(name)!)),
      'leads elsewhere': (each: Element) =>
        each instanceof HTMLAnchorElement && each.origin !== location.origin && each.protocol.startsWith('http'),
    }
    const found = Object.entries(faults).flatMap(([fault, has]) =>
      all.filter(has).map((each) => `${fault}: ${each.outerHTML.slice(0, 120)}`),
    )
    const wider = document.documentElement.scrollWidth - innerWidth
    if (wider > 0) found.push(`the page is ${wider} px wider than the window`)
    if ('wasRun' in globalThis) found.push('a text was run')
    return found
  })

/** Every text that the page shows, in fields too. */
export const textOf = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const fields = [...document.querySelectorAll<HTMLInputElement>('input, textarea, select')].map(({ value }) => value)
    return [document.body.textContent, ...fields].join('\n')
  })
