import type { AuditHead } from '../../db/schema/operations'
import type { Queryable, Tx } from '../database/connection'
import { headMacOf } from './link'
import { findHead, findLastEntry, putHead } from './store'

type Standing = Omit<AuditHead, 'id' | 'mac'>

const nothing: Standing = { auditId: 0, hash: '', checkpoints: 0, unkeyedUntil: 0 }

// Never the hash of an entry: what follows a head that was tampered with does not join the chain again.
const broken = 'broken'

/** Whether that head was written by somebody who has the key. */
export const isGenuineHead = (head: AuditHead, key: Buffer) => {
  const isOurs = head.mac === latest.mac && isSameHead(head, latest)
  return isOurs || head.mac === headMacOf(key, head)
}

// What this process wrote last need not be computed again.
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
 * Where the next entry goes, and the hash it is chained to. Where the end of the log is not what the head says, the
 * next entry leaves the break visible for good, and nothing is refused.
 */
export async function openHead(tx: Queryable, key: Buffer): Promise<Opened> {
  const found = await findHead(tx)
  const { head, lastId } = found ?? { head: nothing, lastId: (await findLastEntry(tx))?.id ?? 0 }
  const isSound = found !== undefined && isGenuineHead(found.head, key)
  return { head, isSound, next: Math.max(head.auditId, lastId) + 1, link: isSound ? head.hash : broken }
}

/** Says where the log ends now. */
export async function moveHead(tx: Tx, key: Buffer, head: Standing) {
  const { auditId, hash, checkpoints, unkeyedUntil } = head
  latest = { auditId, hash, checkpoints, unkeyedUntil, mac: headMacOf(key, head) }
  await putHead(tx, latest as Omit<AuditHead, 'id'>)
}

/** Begins the keyed log: of a new folder, or behind the entries of an older version, which cannot be changed from then on. */
export async function beginHead(tx: Tx, key: Buffer, checkpoints: number) {
  const last = await findLastEntry(tx)
  await moveHead(tx, key, { auditId: last?.id ?? 0, hash: last?.hash ?? '', checkpoints, unkeyedUntil: last?.id ?? 0 })
}
