import type { Block } from '../../db/schema/access'
import { record } from '../audit/record'
import type { Tx } from '../database/connection'
import { parseCidr, plainAddress } from '../kernel/addresses'
import { fieldRef, message, remedy } from '../kernel/message'
import { OperatorError } from '../kernel/operator-error'
import { deleteBlock, upsertBlock } from './store'

export { findBlock, listBlocks, pageBlocks } from './store'

/** A new entry of the blocklist: an address or range, or a device identifier. */
export interface BlockDraft {
  kind: Block['kind']
  value: string
  reason: string
  expiresAt?: Date | undefined
}

const identifierLengthMax = 1024

/** Adds a blocklist entry, or updates the one with that value; matching requests then get 150 (`access_denied`). */
export async function addBlock(tx: Tx, draft: BlockDraft, now: Date): Promise<Block> {
  const value = requireBlockable(draft.kind, draft.value)
  if (draft.expiresAt && draft.expiresAt <= now)
    throw new OperatorError(message`${fieldRef('expires_at')} lies in the past: give a later date`, 'invalid_input')
  const block = await upsertBlock(tx, { ...draft, value, createdAt: now })
  await record(tx, { verb: 'blocklist.added', id: block.id, after: block }, now)
  return block
}

/** The canonical form of a blocklist value; throws an `OperatorError` if it is invalid. */
export function requireBlockable(kind: Block['kind'], text: string): string {
  const value = kind === 'ip' ? usualCidr(text) : text.trim()
  if (!value || value.length > identifierLengthMax) {
    throw new OperatorError(
      message`${fieldRef('identifier')} takes 1 to ${identifierLengthMax} characters`,
      'invalid_input',
    )
  }
  return value
}

/** Removes a blocklist entry, from the next request on. */
export async function removeBlock(tx: Tx, id: number, now: Date): Promise<Block> {
  const block = await deleteBlock(tx, id)
  if (!block) throw new OperatorError(message`there is no entry ${id}: see ${remedy('blocklist list')}`, 'not_found')
  await record(tx, { verb: 'blocklist.removed', id, before: block }, now)
  return block
}

function usualCidr(text: string) {
  const range = parseCidr(plainAddress(text.trim()))
  if (!range)
    throw new OperatorError(
      `"${text}" is no address or CIDR range, such as 203.0.113.7 or 2001:db8::/32`,
      'invalid_input',
    )
  const { address, family, bits } = range
  return bits === (family === 'ipv4' ? 32 : 128) ? address : `${address}/${bits}`
}
