import { type Anchor, inspectChain } from '../audit/chain'
import { auditPurpose } from '../audit/link'
import type { Queryable } from '../database/connection'
import type { FolderSealer } from '../signing/sealing'
import { problemOfKeyPair } from '../signing/trial'
import { listKeyPairs } from './backup/store'

/** Verifies the audit log of a folder. Checkpoints count only if signed by keys that the sealing key opens. */
export async function inspectLog(reader: () => Queryable, sealer: FolderSealer, anchor: Anchor = {}) {
  const signers = (await listKeyPairs(reader())).filter(({ productId }) => productId === null)
  const ours = signers.filter((key) => !problemOfKeyPair(key, sealer))
  const pems = new Map(ours.map(({ id, publicPem }) => [id, publicPem]))
  return inspectChain({ reader, key: sealer.derive(auditPurpose), publicPemOf: (keyId) => pems.get(keyId), anchor })
}
