import type { AuditEntry, AuditHead } from '../../db/schema/operations'
import { sha256 } from '../kernel/secrets'

/** The purpose the audit log's key is derived for. */
export const auditPurpose = 'audit log'

type Unlinked = Omit<AuditEntry, 'hash' | 'salt' | 'redaction'>

const valuesOf = (row: Unlinked, previous: string) => [
  previous,
  row.id,
  row.at.getTime(),
  row.actor,
  row.requestId,
  row.verb,
  row.subject,
  row.subjectId,
  row.batchFrom,
  row.batchTo,
  row.before,
  row.after,
]

/** The hash of an entry: covers the entry, its salt, and the previous hash. */
export const hashOf = (key: Buffer, row: Unlinked & Pick<AuditEntry, 'salt'>, previous: string) =>
  macOf(key, ['entry', row.salt, ...valuesOf(row, previous)])

/** The unkeyed hash of an entry, as older versions made it. */
export const unkeyedHashOf = (row: Unlinked, previous: string) => sha256(JSON.stringify(valuesOf(row, previous)))

/** Authenticates an entry whose personal data was erased, together with its original hash. */
export const redactionOf = (key: Buffer, row: Unlinked & Pick<AuditEntry, 'hash'>, previous: string) =>
  macOf(key, ['redaction', row.hash, ...valuesOf(row, previous)])

/** Authenticates the head of the log. */
export const headMacOf = (key: Buffer, { auditId, hash, checkpoints, unkeyedUntil }: Omit<AuditHead, 'id' | 'mac'>) =>
  macOf(key, ['head', auditId, hash, checkpoints, unkeyedUntil])

const macOf = (key: Buffer, values: unknown[]) =>
  new Bun.CryptoHasher('sha256', key).update(JSON.stringify(values)).digest('hex')
