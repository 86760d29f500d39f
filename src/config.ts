import { parseCidr } from './kernel/addresses'
import { Sorry } from './kernel/sorry'

/** How one setting is documented, read and defaulted. */
interface Setting<T> {
  doc: string
  default: string
  /** Throws the reason when the text does not parse. */
  parse: (text: string) => T
}

const setting = <T>(doc: string, fallback: string, parse: (text: string) => T): Setting<T> => ({
  doc,
  default: fallback,
  parse,
})

const wholeNumber = (least: number, most: number) => (text: string) => {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < least || value > most) throw new Error(`a whole number from ${least} to ${most}`)
  return value
}

const path = (text: string) => {
  if (!text) throw new Error('the path of a folder')
  return text
}

const oneOf =
  <const Words extends readonly string[]>(...words: Words) =>
  (text: string): Words[number] => {
    if (!words.includes(text)) throw new Error(`one of ${words.join(', ')}`)
    return text
  }

const addresses = (text: string) => {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
  for (const part of parts) if (!parseCidr(part)) throw new Error('addresses or CIDR ranges, separated by commas')
  return parts
}

const httpUrl = (text: string) => {
  if (text !== '' && !/^https?:\/\/[^/?#\s]+(\/[^?#\s]*)?$/.test(text))
    throw new Error('the beginning of a URL: https://…')
  return text.replace(/\/+$/, '')
}

/** Every setting of the process: `data_dir` is the flag `--data-dir` and the variable `LATCHKEY_DATA_DIR`. */
export const settings = {
  data_dir: setting('The folder that holds everything: database, sealing key, files.', './data', path),
  host: setting('The address to listen on; `0.0.0.0` for all.', '127.0.0.1', (text) => text),
  port: setting('The port to listen on; `0` takes a free one.', '8080', wholeNumber(0, 65_535)),
  trusted_proxies: setting(
    'Addresses or CIDR ranges of reverse proxies, separated by commas; their `X-Forwarded-For` is believed.',
    '',
    addresses,
  ),
  rate_limit_per_address: setting(
    'Requests a minute one client address may make; `0` for any number. Behind a proxy, set `trusted_proxies` first.',
    '0',
    wholeNumber(0, 10_000_000),
  ),
  telemetry_per_minute: setting(
    'Telemetry records a minute that one API key may send; `0` for any number.',
    '6000',
    wholeNumber(0, 10_000_000),
  ),
  downloads_per_minute: setting(
    'Downloads a minute that one licence may begin, on all its devices; `0` for any number.',
    '600',
    wholeNumber(0, 10_000_000),
  ),
  base_url: setting(
    'Where clients reach the server, for links in answers: `https://keys.example.com`. Empty: as the request came.',
    '',
    httpUrl,
  ),
  allow_private_webhooks: setting(
    'Whether webhooks may go to private and local addresses: `on` or `off`.',
    'off',
    oneOf('on', 'off'),
  ),
  webhook_allow_list: setting(
    'Addresses or CIDR ranges webhooks may go to although they are private, separated by commas.',
    '',
    addresses,
  ),
  telemetry: setting('Whether telemetry is kept: `on` or `off`.', 'on', oneOf('on', 'off')),
  changelog: setting('Whether products may publish their changelog: `on` or `off`.', 'on', oneOf('on', 'off')),
  envato_token: setting(
    'Token of the Envato API; with it, `verify` takes purchase codes of products whose source is envato.',
    '',
    (text) => text,
  ),
  envato_url: setting('Where the Envato API is asked.', 'https://api.envato.com', httpUrl),
  metrics_readers: setting(
    'Addresses or CIDR ranges that may read `/metrics`, separated by commas.',
    '127.0.0.0/8,::1',
    addresses,
  ),
  call_log: setting(
    'Which calls are taken down with their answers: `all`, `refusals` or `off`.',
    'all',
    oneOf('all', 'refusals', 'off'),
  ),
  log: setting(
    'One line per request: `pretty`, `json` or `off`; `auto` is `pretty` at a terminal.',
    'auto',
    oneOf('auto', 'pretty', 'json', 'off'),
  ),
} as const

export type SettingName = keyof typeof settings
export type Config = { readonly [Name in SettingName]: ReturnType<(typeof settings)[Name]['parse']> }

export const flagOf = (name: string) => `--${name.replaceAll('_', '-')}`
export const variableOf = (name: string) => `LATCHKEY_${name.toUpperCase()}`

/** Reads every setting: flag before variable before default. One that does not parse is a `Sorry`. */
export function readConfig(
  flags: Partial<Record<SettingName, string>>,
  env: Record<string, string | undefined>,
): Config {
  const entries = Object.entries(settings).map(([name, { parse, default: fallback }]) => {
    const flag = flags[name as SettingName]
    const variable = env[variableOf(name)]
    const text = flag ?? variable ?? fallback
    try {
      return [name, parse(text)]
    } catch (error) {
      const source = flag === undefined ? variableOf(name) : flagOf(name)
      throw new Sorry(`${source} is "${text}", but it takes ${(error as Error).message}`, 'usage')
    }
  })
  return Object.fromEntries(entries)
}
