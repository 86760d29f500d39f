import { beginHead } from '../audit/head'
import { countCheckpoints, findLastEntry } from '../audit/history'
import type { Tx } from '../database/connection'
import { isSecret, purposeOfSetting } from '../settings/sealed'
import { listStored, upsertStored } from '../settings/service'
import { purposeOfKey } from '../signing/key-pair'
import { type FolderSealer, ifItOpens } from '../signing/sealing'
import { listSealedKeys, putSealingFingerprint, updateSealedPrivate } from '../signing/service'
import { purposeOfSecret } from '../webhooks/message'
import { updateWebhook } from '../webhooks/service'
import { listSealedSecrets } from './backup/store'

interface Tie {
  sealer: FolderSealer
  auditKey: Buffer
}

/**
 * Ties a database to its sealing key, once: re-seals what an older version sealed, each value for its own place, and
 * keys the audit log from now on. The fingerprint records this and cannot be reverted without the key.
 */
export async function tieToSealer(tx: Tx, found: string | undefined, { sealer, auditKey }: Tie) {
  // Checked again: another process may have done it meanwhile.
  if (found === sealer.fingerprint) return
  const isNew = found === undefined && !(await findLastEntry(tx)) && !(await listSealedKeys(tx)).length
  const isOlder = found === sealer.former.fingerprint && (await resealAll(tx, sealer))
  if (isNew || isOlder) await beginHead(tx, auditKey, await countCheckpoints(tx))
  await putSealingFingerprint(tx, sealer.fingerprint)
}

/**
 * Re-seals everything; returns whether all of it was as an older version leaves it. Values that no longer open stay;
 * the doctor finds them.
 */
async function resealAll(tx: Tx, sealer: FolderSealer): Promise<boolean> {
  let isOlder = true
  const anew = (sealed: Buffer, purpose: string): Buffer | undefined => {
    const secret = ifItOpens(() => sealer.former.open(sealed, purpose))
    if (!secret && ifItOpens(() => sealer.open(sealed, purpose))) isOlder = false
    return secret && sealer.seal(secret, purpose)
  }
  for (const key of await listSealedKeys(tx)) {
    const sealed = anew(key.sealedPrivate, purposeOfKey(key))
    if (sealed) await updateSealedPrivate(tx, key.id, sealed)
  }
  for (const webhook of await listSealedSecrets(tx)) {
    const sealed = anew(Buffer.from(webhook.sealedSecret, 'base64'), purposeOfSecret(webhook))
    if (sealed) await updateWebhook(tx, webhook.id, { sealedSecret: sealed.toString('base64') })
  }
  for (const setting of (await listStored(tx)).filter(({ name }) => isSecret(name))) {
    const sealed = anew(Buffer.from(setting.value, 'base64'), purposeOfSetting(setting.name))
    if (sealed) await upsertStored(tx, { ...setting, value: sealed.toString('base64') })
  }
  return isOlder
}
