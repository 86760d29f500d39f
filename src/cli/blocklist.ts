import type { Command } from 'commander'
import type { Block } from '../../db/schema/access'
import { removeBlock } from '../access/service'
import { listBlocks } from '../access/store'
import { turnAway } from '../features/activations/blocking'
import { Sorry } from '../kernel/sorry'
import { parseDate, wholeNumber } from './arguments'
import { inHouse, withSettings } from './house-command'
import { type Io, minute, report, table } from './io'

/** `latchkey blocklist add | list | remove` */
export function blocklistCommand(program: Command, io: Io) {
  const blocklist = program.command('blocklist').description('addresses and devices that are turned away')

  withSettings(blocklist.command('add'), ['data_dir'])
    .description('turn an address or a device away, at once; the same again changes reason and expiry')
    .option('--ip <cidr>', 'an address or range')
    .option('--identifier <text>', 'a device, exactly as it names itself')
    .option('--reason <text>', 'why, for whoever reads the list', '')
    .option('--expires-at <date>', 'when it ends: 2030-01-31 or 2030-01-31T12:00:00Z', parseDate)
    .option('--json', 'print the entry as JSON')
    .action((options) =>
      inHouse(options, io, async ({ db, clock }) => {
        const draft = { ...subjectOf(options), reason: options.reason, expiresAt: options.expiresAt }
        const block = await db.write((tx) => turnAway(tx, draft, clock()))
        report(io, options, asJson(block), [`Entry ${block.id}: ${block.kind} ${block.value} is turned away.`])
      }),
    )

  withSettings(blocklist.command('list'), ['data_dir'])
    .description('every entry')
    .option('--json', 'print them as JSON')
    .action((options) =>
      inHouse(options, io, async ({ db, clock }) => {
        const blocks = await listBlocks(db.read)
        const rows = blocks.map((block) => asRow(block, clock()))
        const lines = table(['ID', 'KIND', 'VALUE', 'UNTIL', 'REASON'], rows, 'Nobody is turned away.')
        report(io, options, { blocklist: blocks.map(asJson) }, lines)
      }),
    )

  withSettings(blocklist.command('remove'), ['data_dir'])
    .description('let an address or a device in again, at once')
    .argument('<id>', 'its id, as "blocklist list" shows it', wholeNumber(1))
    .option('--json', 'print the removed entry as JSON')
    .action((id, options) =>
      inHouse(options, io, async ({ db }) => {
        const block = await db.write((tx) => removeBlock(tx, id))
        report(io, options, asJson(block), [`${block.kind} ${block.value} is not turned away any more.`])
      }),
    )
}

function subjectOf({ ip, identifier }: { ip?: string; identifier?: string }): Pick<Block, 'kind' | 'value'> {
  if (ip !== undefined && identifier === undefined) return { kind: 'ip', value: ip }
  if (identifier !== undefined && ip === undefined) return { kind: 'identifier', value: identifier }
  throw new Sorry('say whom to turn away: either --ip 203.0.113.7 or --identifier some-device', 2)
}

const asJson = ({ id, kind, value, reason, createdAt, expiresAt }: Block) => ({
  id,
  kind,
  value,
  reason,
  created_at: createdAt.toISOString(),
  expires_at: expiresAt?.toISOString() ?? null,
})

const asRow = ({ id, kind, value, reason, expiresAt }: Block, now: Date) => [
  String(id),
  kind,
  value,
  expiresAt ? `${minute(expiresAt)}${expiresAt <= now ? ' (over)' : ''}` : 'for ever',
  reason,
]
