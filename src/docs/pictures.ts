import callsDark from './images/calls-dark.webp' with { type: 'file' }
import callsLight from './images/calls-light.webp' with { type: 'file' }
import customersDark from './images/customers-dark.webp' with { type: 'file' }
import customersLight from './images/customers-light.webp' with { type: 'file' }
import licenseDark from './images/license-dark.webp' with { type: 'file' }
import licenseLight from './images/license-light.webp' with { type: 'file' }
import licensesDark from './images/licenses-dark.webp' with { type: 'file' }
import licensesLight from './images/licenses-light.webp' with { type: 'file' }
import todayDark from './images/today-dark.webp' with { type: 'file' }
import todayLight from './images/today-light.webp' with { type: 'file' }

/** The pictures of the console by their names. `npm run pictures` makes them. */
export const pictures: ReadonlyMap<string, string> = new Map([
  ['calls-dark.webp', callsDark],
  ['calls-light.webp', callsLight],
  ['customers-dark.webp', customersDark],
  ['customers-light.webp', customersLight],
  ['license-dark.webp', licenseDark],
  ['license-light.webp', licenseLight],
  ['licenses-dark.webp', licensesDark],
  ['licenses-light.webp', licensesLight],
  ['today-dark.webp', todayDark],
  ['today-light.webp', todayLight],
])

/** Their size in pixels. */
export const pictureSize = { width: 1280, height: 720 }

/** The name of a picture that a page shows, and its twin in dark colours; undefined for other addresses. */
export function pictureAt(href: string): { light: string; dark: string } | undefined {
  const light = href.slice(href.lastIndexOf('/') + 1)
  const dark = light.replace('-light.', '-dark.')
  return pictures.has(light) && pictures.has(dark) ? { light, dark } : undefined
}
