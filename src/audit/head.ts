import type { AuditHead } from '../../db/schema/operations'
import type { Queryable, Tx } from '../database/connection'
import { headMacOf } from './link'
import { findHead, findLastEntry, putHead } from './store'

type Standing = Omit<AuditHead, 'id' | 'mac'>

const nothing: Standing = { auditId: 0, hash: '', checkpoints: 0, unkeyedUntil: 0 }

// Never the hash of an entry, so that entries after an altered head never rejoin the chain.
const broken = 'broken'

/** Whether a holder of the key wrote that head. */
export const isGenuineHead = (head: AuditHead, key: Buffer) => {
  const isOurs = head.mac === latest.mac && isSameHead(head, latest)
  return isOurs || head.mac === headMacOf(key, head)
}

// Caches the head this process wrote last.
let latest: Partial<AuditHead> = {}

const isSameHead = (head: AuditHead, other: Partial<AuditHead>) =>
  head.auditId === other.auditId &&
  head.hash === other.hash &&
  head.checkpoints === other.checkpoints &&
  head.unkeyedUntil === other.unkeyedUntil

interface Opened {
  head: Standing
  isSound: boolean
  next: number
  link: string
}

/**
 * The next entry's id and the hash to chain it to. If the end of the log does not match the head, nothing is refused,
 * but the next entry makes the break permanent and visible.
 */
export async function openHead(tx: Queryable, key: Buffer): Promise<Opened> {
  const found = await findHead(tx)
  const { head, lastId } = found ?? { head: nothing, lastId: (await findLastEntry(tx))?.id ?? 0 }
  const isSound = found !== undefined && isGenuineHead(found.head, key)
  return { head, isSound, next: Math.max(head.auditId, lastId) + 1, link: isSound ? head.hash : broken }
}

/** Records the new end of the log. */
export async function moveHead(tx: Tx, key: Buffer, head: Standing) {
  const { auditId, hash, checkpoints, unkeyedUntil } = head
  latest = { auditId, hash, checkpoints, unkeyedUntil, mac: headMacOf(key, head) }
  await putHead(tx, latest as Omit<AuditHead, 'id'>)
}

/**
 * Starts the keyed log, in a new folder or after the entries of an older version, which then cannot be altered
 * unnoticed.
 */
export async function beginHead(tx: Tx, key: Buffer, checkpoints: number) {
  const last = await findLastEntry(tx)
  await moveHead(tx, key, { auditId: last?.id ?? 0, hash: last?.hash ?? '', checkpoints, unkeyedUntil: last?.id ?? 0 })
}
