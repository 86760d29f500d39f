import { Type } from '@sinclair/typebox'
import type { Block } from '../../db/schema/access'
import { pageBlocks, removeBlock } from '../access/blocking'
import { BlockView, blockView, isOver } from '../access/view'
import { turnAway } from '../features/activations/blocking'
import { choice, integer, momentText, text } from '../intake/model'
import { fieldRef, message } from '../kernel/message'
import { parseMoment } from '../kernel/moments'
import { OperatorError } from '../kernel/operator-error'
import { view } from '../kernel/view'
import { minute } from './lines'
import { listing } from './listing'
import { operation, type Subject } from './operation'

const add = operation({
  command: 'blocklist add',
  route: 'POST /blocklist',
  role: 'operator',
  summary: 'block an address or a device, at once; for an existing entry, change reason and expiry',
  input: Type.Object({
    ip: Type.Optional(text({ description: 'An address or CIDR range.' })),
    identifier: Type.Optional(text({ description: 'The exact identifier of a device.' })),
    reason: Type.Optional(text({ description: 'The reason, for operators.' })),
    expires_at: Type.Optional(momentText({ description: 'When it expires: 2030-01-31 or 2030-01-31T12:00:00Z.' })),
  }),
  output: BlockView,
  async run({ db, now }, { ip, identifier, reason = '', expires_at }) {
    const draft = { ...whomOf(ip, identifier), reason, expiresAt: parseMoment(expires_at ?? '') }
    return blockView(await db.write((tx) => turnAway(tx, draft, now)))
  },
  show: ({ id, kind, value }) => [`Entry ${id}: ${kind} ${value} is turned away.`],
})

const list = listing({
  command: 'blocklist list',
  route: 'GET /blocklist',
  summary: 'every entry',
  plural: 'blocklist',
  row: view('ListedBlock', { ...BlockView.properties, is_over: Type.Boolean({ description: 'It has expired.' }) }),
  filters: Type.Object({
    kind: Type.Optional(choice(['ip', 'identifier'], { description: 'Only addresses or only devices.' })),
  }),
  sorts: ['id', 'value', 'created_at', 'expires_at'],
  async page({ db, now }, filters, wanted) {
    const { rows, next } = await pageBlocks(db.read, filters, wanted)
    return { rows: rows.map((block) => ({ ...blockView(block), is_over: isOver(block, now) })), next }
  },
  columns: {
    ID: ({ id }) => String(id),
    KIND: ({ kind }) => kind,
    VALUE: ({ value }) => value,
    'UNTIL (UTC)': ({ expires_at, is_over }) =>
      expires_at ? `${minute(expires_at)}${is_over ? ' (over)' : ''}` : 'for ever',
    REASON: ({ reason }) => reason,
  },
  freeText: ['REASON'],
  none: 'Nobody is turned away.',
})

const remove = operation({
  command: 'blocklist remove',
  route: 'DELETE /blocklist/:id',
  role: 'operator',
  summary: 'remove an entry; the address or device is admitted again at once',
  input: Type.Object({ id: integer({ minimum: 1, description: 'The id, from the list.' }) }),
  output: BlockView,
  run: async ({ db, now }, { id }) => blockView(await db.write((tx) => removeBlock(tx, id, now))),
  show: ({ kind, value }) => [`${kind} ${value} is not turned away any more.`],
})

export const blocklist = {
  name: 'blocklist',
  about: 'addresses and devices that are refused',
  operations: [add, list, remove],
} as const satisfies Subject

function whomOf(ip: string | undefined, identifier: string | undefined): Pick<Block, 'kind' | 'value'> {
  if (ip !== undefined && identifier === undefined) return { kind: 'ip', value: ip }
  if (identifier !== undefined && ip === undefined) return { kind: 'identifier', value: identifier }
  throw new OperatorError(
    message`say whom to turn away: either ${fieldRef('ip', '203.0.113.7')} or ${fieldRef('identifier', 'some-device')}`,
    'invalid_input',
  )
}
