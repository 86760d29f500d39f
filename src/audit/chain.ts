import type { AuditCheckpoint, AuditEntry } from '../../db/schema/operations'
import type { Queryable } from '../database/connection'
import { isGenuine } from './checkpoint'
import { hashOf } from './record'
import { listCheckpoints, listEntries } from './store'

const rowsPerPage = 500

/** The first row at which the log is not what it was, and why. */
export interface Break {
  id: number
  reason: string
}

/** How much of the audit log was looked at, and where it broke; null where it is whole. */
export interface Inspection {
  rows: number
  checkpoints: number
  broken: Break | null
}

interface Keys {
  /** The PEM of a public key by its id; undefined for a key that is not known. */
  publicPemOf(keyId: string): string | undefined
}

type Log = Keys & { reader: () => Queryable }

/**
 * Walks the whole audit log, some hundred rows at a time: each must follow the one before, be what its hash says, and
 * be what the checkpoint says that was made of it. Rows taken off the end are missed where a checkpoint saw them.
 */
export async function inspectChain({ reader, publicPemOf }: Log): Promise<Inspection> {
  const found: Inspection = { rows: 0, checkpoints: 0, broken: null }
  let previous: Pick<AuditEntry, 'id' | 'hash'> = { id: 0, hash: '' }
  for (;;) {
    // In one turn of the event loop, and so of one moment.
    const db = reader()
    const page = await listEntries(db, previous.id, rowsPerPage)
    const last = page.length < rowsPerPage ? undefined : page.at(-1)!.id
    const checkpoints = new Map(
      (await listCheckpoints(db, previous.id, last)).map((checkpoint) => [checkpoint.auditId, checkpoint]),
    )
    for (const row of page) {
      const checkpoint = checkpoints.get(row.id)
      const reason = flawOf(row, previous) ?? (checkpoint && flawBeside(checkpoint, row, publicPemOf))
      if (reason) return { ...found, broken: { id: missing(row, previous) ?? row.id, reason } }
      if (checkpoints.delete(row.id)) found.checkpoints += 1
      found.rows += 1
      previous = row
    }
    const [unseen] = checkpoints.values()
    if (unseen) return { ...found, broken: { id: previous.id + 1, reason: reasonOfEnd(unseen) } }
    if (last === undefined) return found
    // A server that is asked answers others in between.
    await new Promise((resume) => setImmediate(resume))
  }
}

const missing = ({ id }: AuditEntry, previous: { id: number }) => (id === previous.id + 1 ? undefined : previous.id + 1)

function flawOf(row: AuditEntry, previous: { id: number; hash: string }) {
  if (row.id !== previous.id + 1) return `the rows before row ${row.id} are gone`
  if (row.hash !== hashOf(row, previous.hash)) return 'the row was altered, or the one before it'
  return undefined
}

function flawBeside(checkpoint: AuditCheckpoint, row: AuditEntry, publicPemOf: Keys['publicPemOf']) {
  const publicPem = publicPemOf(checkpoint.keyId)
  if (publicPem === undefined) return `its checkpoint was signed with the key ${checkpoint.keyId}, which is not here`
  if (!isGenuine(checkpoint, publicPem)) return 'the signature of its checkpoint is not good'
  if (checkpoint.hash !== row.hash) return 'it is another row than the one its checkpoint was made of'
  return undefined
}

const reasonOfEnd = ({ auditId, at }: AuditCheckpoint) =>
  `the rows up to ${auditId} are gone, which a checkpoint of ${at.toISOString()} saw`
