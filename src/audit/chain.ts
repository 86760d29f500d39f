import type { AuditCheckpoint, AuditEntry, AuditHead } from '../../db/schema/operations'
import type { Queryable } from '../database/connection'
import { isGenuine } from './checkpoint'
import { isGenuineHead } from './head'
import { hashOf, redactionOf, unkeyedHashOf } from './link'
import { findHead, listCheckpoints, listEntries } from './store'

const rowsPerPage = 500

/** The first altered row of the log, and the reason. */
export interface Break {
  id: number
  reason: string
}

/** How much of the audit log was checked, and the first break; null if it is intact. */
export interface ChainInspection {
  rows: number
  checkpoints: number
  /** The last row chained without a key, by an older version; 0 if all are keyed. */
  unkeyedUntil: number
  broken: Break | null
}

/** A fact about the log known from outside. */
export interface Anchor {
  /** A row and its hash, as `audit head` returned them. */
  head?: { id: number; hash: string } | undefined
  /** A public key, as PEM, whose private half has signed a checkpoint. */
  publicPem?: string | undefined
}

interface Log {
  reader: () => Queryable
  /** The key of the audit chain. */
  key: Buffer
  /** The PEM of a public key by its id; undefined if the sealing key cannot open its private half. */
  publicPemOf(keyId: string): string | undefined
  anchor?: Anchor | undefined
}

type Previous = Pick<AuditEntry, 'id' | 'hash'>

/**
 * Verifies the whole audit log, some hundred rows at a time: each row must follow the one before and match its hash and
 * its checkpoint, if any; the last must match the head.
 */
export async function inspectChain({ reader, key, publicPemOf, anchor = {} }: Log): Promise<ChainInspection> {
  const found: ChainInspection = { rows: 0, checkpoints: 0, unkeyedUntil: 0, broken: null }
  let previous: Previous = { id: 0, hash: '' }
  let isPinned = anchor.publicPem === undefined
  let isMet = anchor.head === undefined
  const brokenAt = (id: number, reason: string) => ({ ...found, broken: { id, reason } })
  for (;;) {
    // Queried in one event loop turn, and so from one snapshot.
    const db = reader()
    const head = (await findHead(db))?.head
    const page = await listEntries(db, previous.id, rowsPerPage)
    const last = page.length < rowsPerPage ? undefined : page.at(-1)!.id
    const checkpoints = new Map(
      (await listCheckpoints(db, previous.id, last)).map((checkpoint) => [checkpoint.auditId, checkpoint]),
    )
    found.unkeyedUntil = head?.unkeyedUntil ?? 0
    for (const row of page) {
      const checkpoint = checkpoints.get(row.id)
      const reason =
        problemOf(row, previous, { key, unkeyedUntil: found.unkeyedUntil }) ??
        (checkpoint && problemBeside(checkpoint, row, publicPemOf)) ??
        (anchor.head?.id === row.id && anchor.head.hash !== row.hash
          ? 'it is another row than the head you gave'
          : undefined)
      if (reason) return brokenAt(missing(row, previous) ?? row.id, reason)
      if (checkpoint && anchor.publicPem) isPinned ||= isGenuine(checkpoint, anchor.publicPem)
      isMet ||= anchor.head?.id === row.id
      if (checkpoints.delete(row.id)) found.checkpoints += 1
      found.rows += 1
      previous = row
    }
    const [unseen] = checkpoints.values()
    if (unseen) return brokenAt(previous.id + 1, reasonOfEnd(unseen))
    if (last === undefined) {
      const problem = problemOfEnd(head, previous, { key, checkpoints: found.checkpoints })
      if (problem) return brokenAt(previous.id + 1, problem)
      if (!isMet) return brokenAt(previous.id + 1, 'it ends before the head you gave')
      if (!isPinned) return brokenAt(previous.id + 1, 'no checkpoint was signed with the public key you gave')
      return found
    }
    // Lets a server answer other requests in between.
    await new Promise((resume) => setImmediate(resume))
  }
}

const missing = ({ id }: AuditEntry, previous: Previous) => (id === previous.id + 1 ? undefined : previous.id + 1)

function problemOf(row: AuditEntry, previous: Previous, { key, unkeyedUntil }: { key: Buffer; unkeyedUntil: number }) {
  if (row.id !== previous.id + 1) return `the rows before row ${row.id} are gone`
  const isSound =
    row.redaction === null
      ? row.hash === (row.id <= unkeyedUntil ? unkeyedHashOf(row, previous.hash) : hashOf(key, row, previous.hash))
      : row.redaction === redactionOf(key, row, previous.hash)
  return isSound ? undefined : 'the row was altered, or the one before it'
}

function problemBeside(checkpoint: AuditCheckpoint, row: AuditEntry, publicPemOf: Log['publicPemOf']) {
  const publicPem = publicPemOf(checkpoint.keyId)
  if (publicPem === undefined) return `its checkpoint was signed with the key ${checkpoint.keyId}, which is not ours`
  if (!isGenuine(checkpoint, publicPem)) return 'the signature of its checkpoint is not good'
  if (checkpoint.hash !== row.hash) return 'it is another row than the one its checkpoint was made of'
  return undefined
}

function problemOfEnd(head: AuditHead | undefined, last: Previous, seen: { key: Buffer; checkpoints: number }) {
  if (!head) return 'what said where the log ends is gone'
  if (!isGenuineHead(head, seen.key)) return 'what says where the log ends was written without the sealing key'
  if (head.auditId > last.id) return `the rows up to ${head.auditId} are gone`
  if (head.auditId < last.id) return `the rows behind row ${head.auditId} were put in without the sealing key`
  if (head.hash !== last.hash) return 'the last row is another than the one that was written last'
  if (head.checkpoints > seen.checkpoints) return `${head.checkpoints - seen.checkpoints} of its checkpoints are gone`
  if (head.checkpoints < seen.checkpoints) return 'checkpoints were put in without the sealing key'
  return undefined
}

const reasonOfEnd = ({ auditId, at }: AuditCheckpoint) =>
  `the rows up to ${auditId} are gone, which a checkpoint of ${at.toISOString()} saw`
