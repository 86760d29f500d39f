import { type Command, Option } from 'commander'
import type { ApiKey } from '../../db/schema/access'
import { capabilities, everything, presets } from '../access/capabilities'
import { createApiKey, revokeApiKey } from '../access/service'
import { listApiKeys } from '../access/store'
import { minute, table } from '../operations/lines'
import { collect, parseDate, splitList, wholeNumber } from './arguments'
import { inHouse, withSettings } from './house-command'
import { type Io, listed, report } from './io'

/** `latchkey api-key create | list | revoke` */
export function apiKeyCommand(program: Command, io: Io) {
  const apiKey = program.command('api-key').description('the keys that shops and software call the server with')

  withSettings(apiKey.command('create'), ['data_dir'])
    .description('make an API key and print it, this once')
    .requiredOption('--name <name>', 'whose key it is')
    .addOption(new Option('--preset <preset>', 'a usual set of capabilities').choices(Object.keys(presets)))
    .option('--can <list>', 'capabilities, separated by commas: verify,activate', splitList, [])
    .option('--allow-ip <cidr>', 'address or range it may be used from; may be repeated', collect, [])
    .option('--rate-limit <per-minute>', 'requests a minute it may make', wholeNumber(1))
    .option('--expires-at <date>', 'when it ends: 2030-01-31 or 2030-01-31T12:00:00Z', parseDate)
    .option('--import <string>', 'go on with an existing key instead of a random one')
    .option('--json', 'print id, name and api_key as JSON')
    .addHelpText('after', listed('Capabilities', capabilities))
    .action((options) =>
      inHouse(options, io, async ({ db, clock }) => {
        const { name, preset, rateLimit, expiresAt } = options
        const draft = {
          name,
          preset,
          capabilities: options.can,
          allowedIps: options.allowIp,
          rateLimitPerMinute: rateLimit,
          expiresAt,
          token: options.import,
        }
        const { key, token } = await db.write((tx) => createApiKey(tx, draft, clock()))
        report(io, options, { id: key.id, name: key.name, api_key: token }, [
          `API key ${key.id} "${key.name}", shown this once:`,
          token,
        ])
      }),
    )

  withSettings(apiKey.command('list'), ['data_dir'])
    .description('every API key; of its value only the beginning is known')
    .option('--json', 'print them as JSON')
    .action((options) =>
      inHouse(options, io, async ({ db, clock }) => {
        const keys = await listApiKeys(db.read)
        const headings = ['ID', 'NAME', 'BEGINS', 'STATE', 'FROM', 'LAST USED', 'MAY']
        const none = 'There is no API key yet: latchkey api-key create --name "my app" --preset all'
        const rows = keys.map((key) => asRow(key, clock()))
        report(io, options, { api_keys: keys.map(asJson) }, table(headings, rows, none))
      }),
    )

  withSettings(apiKey.command('revoke'), ['data_dir'])
    .description('end an API key for good, at once')
    .argument('<id>', 'its id, as "api-key list" shows it', wholeNumber(1))
    .option('--json', 'print the key as JSON')
    .action((id, options) =>
      inHouse(options, io, async ({ db, clock }) => {
        const key = await db.write((tx) => revokeApiKey(tx, id, clock()))
        report(io, options, asJson(key), [`API key ${key.id} "${key.name}" is revoked.`])
      }),
    )
}

const asJson = (key: ApiKey) => ({
  id: key.id,
  name: key.name,
  prefix: key.prefix,
  status: key.status,
  capabilities: key.capabilities,
  allowed_ips: key.allowedIps,
  rate_limit_per_minute: key.rateLimitPerMinute,
  expires_at: key.expiresAt?.toISOString() ?? null,
  created_at: key.createdAt.toISOString(),
  last_used_at: key.lastUsedAt?.toISOString() ?? null,
})

const asRow = (key: ApiKey, now: Date) => [
  String(key.id),
  key.name,
  `${key.prefix}…`,
  key.status === 'active' && key.expiresAt && key.expiresAt <= now ? 'expired' : key.status,
  key.allowedIps.join(',') || 'anywhere',
  key.lastUsedAt ? minute(key.lastUsedAt) : 'never',
  mayOf(key),
]

function mayOf({ capabilities }: ApiKey) {
  if (capabilities.includes(everything)) return 'everything'
  const preset = Object.entries(presets).find(([, held]) => isSame(held, capabilities))
  return preset?.[0] ?? capabilities.join(',')
}

const isSame = (some: readonly string[], others: readonly string[]) =>
  [...some].sort().join() === [...others].sort().join()
