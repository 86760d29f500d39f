import { sign, verify } from 'node:crypto'
import { promisify } from 'node:util'
import type { AuditCheckpoint } from '../../db/schema/operations'
import type { Db } from '../database/database'
import type { KeyRing } from '../signing/key-ring'
import { moveHead, openHead } from './head'
import { findHead, findLastCheckpoint, insertCheckpoint } from './store'

const signed = promisify(sign)

/**
 * Signs the head of the audit log with the global key if it has moved: rewriting the log up to there then takes that
 * key.
 */
export async function makeCheckpoint({ db, keys }: { db: Db; keys: KeyRing }, now: Date) {
  const [found, last] = [await findHead(db.read), await findLastCheckpoint(db.read)]
  const signer = await keys.signerFor({ productId: undefined, now })
  if (!found?.head.auditId || !signer || found.head.auditId === last?.auditId) return
  const { auditId, hash } = found.head
  const checkpoint = { auditId, hash, at: now, keyId: signer.keyId }
  const signature = await signed('sha256', bytesOf(checkpoint), signer.privateKey)
  await db.write(async (tx) => {
    if (!(await insertCheckpoint(tx, { ...checkpoint, signature: signature.toString('base64') }))) return
    const key = tx.auditKey
    const { head, isSound } = await openHead(tx, key)
    // Leaves an altered head as it is, as evidence.
    if (isSound) await moveHead(tx, key, { ...head, checkpoints: head.checkpoints + 1 })
  })
}

/** Whether the private half of that key signed the checkpoint. */
export const isGenuine = (checkpoint: AuditCheckpoint, publicPem: string) =>
  verify('sha256', bytesOf(checkpoint), publicPem, Buffer.from(checkpoint.signature, 'base64'))

const bytesOf = ({ auditId, hash, at }: Pick<AuditCheckpoint, 'auditId' | 'hash' | 'at'>) =>
  Buffer.from(`audit checkpoint ${auditId} ${hash} ${at.toISOString()}`)
