import { join } from 'node:path'
import { dataSettings } from './kernel/data-settings'
import { filesSettings } from './kernel/files-settings'
import { logInSettings } from './kernel/log-in-settings'
import { flagOfSetting } from './kernel/message'
import { OperatorError } from './kernel/operator-error'
import { isReadable } from './kernel/ownership'
import { ofProcess, storable } from './kernel/setting'
import { addresses, asItIs, httpUrl, interval, oneOf, onOrOff, origins, wholeNumber } from './kernel/setting-values'

const days = wholeNumber(0, 36_500)
const kept = (what: string) => `How many days ${what} are kept; \`0\` for ever.`

/** Every setting: `data_dir` is the flag `--data-dir` and the variable `LATCHKEY_DATA_DIR`. */
export const settings = {
  ...dataSettings,
  ...filesSettings,
  host: ofProcess('The address to listen on; `0.0.0.0` for all.', '127.0.0.1', asItIs),
  port: ofProcess('The port to listen on; `0` takes a free one.', '8080', wholeNumber(0, 65_535)),
  tls_cert: ofProcess(
    'A file with the certificate chain (PEM). Latchkey then speaks HTTPS instead of HTTP; SIGHUP reloads it.',
    '',
    asItIs,
  ),
  tls_key: ofProcess('A file with the private key of that certificate (PEM).', '', asItIs),
  keep_alive: ofProcess(
    'Seconds an idle connection stays open; set it longer than a proxy in front does.',
    '75',
    wholeNumber(5, 255),
  ),
  body_timeout: ofProcess('Seconds the body of a request may take to arrive.', '60', wholeNumber(1, 3600)),
  trusted_proxies: storable(
    'Addresses or CIDR ranges of reverse proxies, separated by commas; their `X-Forwarded-For` (or `Forwarded`) is trusted.',
    '',
    addresses,
  ),
  rate_limit_per_address: storable(
    'Requests a minute for one client address, or one /64 of IPv6; `0` for no limit. Behind a proxy, set `trusted_proxies` first.',
    '0',
    wholeNumber(0, 10_000_000),
  ),
  guesses_per_minute: storable(
    'Wrong keys, tokens and links a minute for one client address, or one network of IPv6; `0` for no limit.',
    '60',
    wholeNumber(0, 10_000_000),
  ),
  telemetry_per_minute: storable(
    'Telemetry records a minute for one API key, a tenth of it for one network if the key is shipped in software; `0` for no limit.',
    '6000',
    wholeNumber(0, 10_000_000),
  ),
  telemetry_kilobytes_per_minute: storable(
    'Kilobytes of telemetry a minute for one API key; `0` for no limit.',
    '6144',
    wholeNumber(0, 10_000_000),
  ),
  freed_seats_per_minute: storable(
    'Seats a minute that the devices of one licence may free before it can take another; `0` for no limit.',
    '60',
    wholeNumber(0, 10_000_000),
  ),
  taken_seats_per_minute: storable(
    'Seats a minute that devices may take on one licence with unlimited seats; `0` for no limit.',
    '6000',
    wholeNumber(0, 10_000_000),
  ),
  idempotency_keys_per_minute: storable(
    'New `Idempotency-Key`s a minute for one API key, a tenth of it for one network if the key is shipped in software; `0` for no limit.',
    '6000',
    wholeNumber(0, 10_000_000),
  ),
  call_log_megabytes_per_day: storable(
    'Megabytes of calls kept for one day, at most an hour’s share at once; `0` for no limit.',
    '500',
    wholeNumber(0, 10_000_000),
  ),
  downloads_per_minute: storable(
    'Downloads a minute that one licence may start, on all its devices; `0` for no limit.',
    '600',
    wholeNumber(0, 10_000_000),
  ),
  base_url: storable(
    'The public address of the server, for links in answers: `https://keys.example.com`. Empty: taken from the request.',
    '',
    httpUrl,
  ),
  cors_origins: storable(
    'Origins whose web pages may call the endpoints of the preset `client`, separated by commas; `*` for all.',
    '',
    origins,
  ),
  allow_private_webhooks: storable(
    'Whether webhooks may go to private and local addresses: `on` or `off`.',
    'off',
    onOrOff,
  ),
  webhook_allow_list: storable(
    'Private addresses or CIDR ranges that webhooks may go to, separated by commas.',
    '',
    addresses,
  ),
  webhook_ca: ofProcess(
    'A file with further certificate authorities (PEM) to trust for receivers of webhooks.',
    '',
    asItIs,
  ),
  telemetry: storable('Whether telemetry is kept: `on` or `off`.', 'on', onOrOff),
  public_clients: storable(
    'Whether anybody may download the licence checks of `latchkey client` under `/clients`: `on` or `off`.',
    'off',
    onOrOff,
  ),
  changelog: storable('Whether products may publish their changelog: `on` or `off`.', 'on', onOrOff),
  envato_token: storable(
    'Token of the Envato API; with it, `verify` accepts purchase codes of products with the source envato.',
    '',
    asItIs,
  ),
  envato_url: storable('Address of the Envato API.', 'https://api.envato.com', httpUrl),
  call_log: storable(
    'Which calls of clients the call log keeps: `all`, `refusals` or `off`.',
    'all',
    oneOf('all', 'refusals', 'off'),
  ),
  keep_calls: storable(kept('calls of clients'), '30', days),
  keep_deliveries: storable(kept('deliveries that arrived or were given up'), '30', days),
  keep_jobs: storable(kept('jobs that are done or were given up'), '30', days),
  keep_telemetry: storable(kept('telemetry records'), '90', days),
  keep_freed_seats: storable(kept('seats that were freed'), '365', days),
  backup_every: storable('How often the server takes a backup: `30m`, `6h`, `1d`; `0` for never.', '0', interval),
  backup_keep: storable('How many of its backups the server keeps; `0` for all.', '14', wholeNumber(0, 10_000)),
  backup_to: storable('The folder for the server’s backups, best on another disk.', '', asItIs),
  backup_passphrase_file: storable('A file with the passphrase that encrypts the keys in backups.', '', asItIs),
  backup_key_passphrase: storable(
    'The passphrase that encrypts the keys in backups, where `backup_passphrase_file` names none.',
    '',
    asItIs,
  ),
  metrics_readers: storable(
    'Addresses or CIDR ranges that may read `/metrics`, separated by commas.',
    '127.0.0.0/8,::1',
    addresses,
  ),
  console: storable('Whether the console is served under `/console`: `on` or `off`.', 'on', onOrOff),
  console_readers: storable(
    'Addresses or CIDR ranges that may open the console, log in and use a session, separated by commas; empty for all. Operator tokens work from anywhere.',
    '',
    addresses,
  ),
  ...logInSettings,
  log: ofProcess(
    'One line per request: `pretty`, `json` or `off`; `auto` is `pretty` at a terminal.',
    'auto',
    oneOf('auto', 'pretty', 'json', 'off'),
  ),
} as const

export type SettingName = keyof typeof settings
export type StorableName = {
  [Name in SettingName]: (typeof settings)[Name]['isStorable'] extends true ? Name : never
}[SettingName]
export const storableNames = Object.entries(settings).flatMap(([name, { isStorable }]) =>
  isStorable ? [name as StorableName] : [],
)

/** Settings that are never shown, and sealed where they are stored. */
export const secretSettings = [
  'database_url',
  'envato_token',
  'backup_key_passphrase',
  'oidc_client_secret',
  'files_access_key',
  'files_secret_key',
] as const satisfies SettingName[]

type OwnOrigin = 'flag' | 'variable' | 'default'
/**
 * Where a process has a value from; a command takes the running server's flags and variables where it has none itself.
 */
export type SettingOrigin = OwnOrigin | 'server_flag' | 'server_variable'
type Values = { readonly [Name in SettingName]: ReturnType<(typeof settings)[Name]['parse']> }
/** The value of every setting, and its origin. */
export interface Config extends Values {
  readonly origins: { readonly [Name in SettingName]: SettingOrigin }
  /** The text as given; `on` or `off` for a switch. */
  readonly texts: { readonly [Name in SettingName]: string }
}

export const variableOf = (name: string) => `LATCHKEY_${name.toUpperCase()}`

/** Reads every setting: flag, then variable, then default. Throws an `OperatorError` if one does not parse. */
export function readConfig(
  flags: Partial<Record<SettingName, string>>,
  env: Record<string, string | undefined>,
): Config {
  const names = Object.keys(settings) as SettingName[]
  const given = names.map((name) => [name, givenFor(name, flags[name], env[variableOf(name)])] as const)
  const credentials = env.CREDENTIALS_DIRECTORY
  const files = credentials === undefined ? {} : credentialsFor(given, credentials)
  return {
    ...(Object.fromEntries(given.map(([name, { value }]) => [name, value])) as Values),
    ...files,
    origins: Object.fromEntries(given.map(([name, { origin }]) => [name, origin])) as Config['origins'],
    texts: Object.fromEntries(given.map(([name, { text }]) => [name, text])) as Config['texts'],
  }
}

/** Settings that name a file systemd can pass to the server, whoever may read it. */
export const fileSettings = ['tls_cert', 'tls_key', 'backup_passphrase_file'] as const satisfies SettingName[]

const pathSettings: readonly SettingName[] = [...fileSettings, 'data_dir', 'webhook_ca', 'backup_to']

/** Whether a setting names a file or folder on the server's machine. */
export const isPath = (name: SettingName) => pathSettings.includes(name)

/** Takes a file that this process cannot read from systemd's credentials, under the name of its setting. */
function credentialsFor(given: readonly (readonly [SettingName, { text: string }])[], folder: string) {
  const settingText = new Map(given.map(([name, { text }]) => [name, text]))
  const named = fileSettings.filter((name) => settingText.get(name) && !isReadable(settingText.get(name)!))
  const found = named.map((name) => [name, join(folder, name)] as const).filter(([, path]) => isReadable(path))
  return Object.fromEntries(found)
}

function givenFor(name: SettingName, flag: string | undefined, variable: string | undefined) {
  const origin: OwnOrigin = flag !== undefined ? 'flag' : variable !== undefined ? 'variable' : 'default'
  const called = origin === 'flag' ? flagOfSetting(name) : variableOf(name)
  const text = flag ?? variable ?? settings[name].default
  const value = parseSetting(name, text, called)
  return { origin, text: textOf(value, text), value }
}

/** The text to show and store for a value: as given for a number, else in canonical form. */
export const textOf = (value: Config[SettingName], text: string) => (typeof value === 'number' ? text : String(value))

/**
 * Parses a text as a setting's value; throws an `OperatorError` with the given name of the setting if it is invalid.
 */
export function parseSetting<Name extends SettingName>(name: Name, text: string, called: string): Config[Name] {
  try {
    return settings[name].parse(text) as Config[Name]
  } catch (error) {
    const isSecret = secretSettings.some((each) => each === name)
    const given = isSecret ? 'has another form' : `is "${text}"`
    throw new OperatorError(`${called} ${given}, but it takes ${(error as Error).message}`, 'invalid_input')
  }
}
