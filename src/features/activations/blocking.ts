import type { Block } from '../../../db/schema/access'
import { addBlock, type BlockDraft } from '../../access/blocking'
import type { Tx } from '../../database/connection'
import { tellSeatHolders } from '../licenses/events'

/**
 * Blocks an address or a device from now on. A blocked device gets a callback for each seat it holds (CONTRACT §11).
 */
export async function turnAway(tx: Tx, draft: BlockDraft, now: Date): Promise<Block> {
  const block = await addBlock(tx, draft, now)
  if (block.kind === 'identifier') await tellSeatHolders(tx, { identifier: block.value }, now)
  return block
}
