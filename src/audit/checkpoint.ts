import { sign, verify } from 'node:crypto'
import { promisify } from 'node:util'
import type { AuditCheckpoint } from '../../db/schema/operations'
import type { Db } from '../database/database'
import type { KeyRing } from '../signing/key-ring'
import { findHead, findLastCheckpoint, insertCheckpoint } from './store'

const signed = promisify(sign)

/**
 * Signs the head of the audit log with the global key, where it has moved since the last time: whoever rewrites the log
 * up to there needs that key.
 */
export async function makeCheckpoint({ db, keys }: { db: Db; keys: KeyRing }, now: Date) {
  const [head, last] = [await findHead(db.read), await findLastCheckpoint(db.read)]
  const signer = await keys.signerFor({ productId: undefined, now })
  if (!head || !signer || head.id === last?.auditId) return
  const checkpoint = { auditId: head.id, hash: head.hash, at: now, keyId: signer.keyId }
  const signature = await signed('sha256', bytesOf(checkpoint), signer.privateKey)
  await db.write((tx) => insertCheckpoint(tx, { ...checkpoint, signature: signature.toString('base64') }))
}

/** Whether a checkpoint was signed with the private half of that key. */
export const isGenuine = (checkpoint: AuditCheckpoint, publicPem: string) =>
  verify('sha256', bytesOf(checkpoint), publicPem, Buffer.from(checkpoint.signature, 'base64'))

const bytesOf = ({ auditId, hash, at }: Pick<AuditCheckpoint, 'auditId' | 'hash' | 'at'>) =>
  Buffer.from(`audit checkpoint ${auditId} ${hash} ${at.toISOString()}`)
