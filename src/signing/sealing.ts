import { createCipheriv, createDecipheriv, createPrivateKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { syncFolder } from '../kernel/disk'
import { OperatorError } from '../kernel/operator-error'
import { sha256 } from '../kernel/secrets'
import { UnavailableError } from '../kernel/unavailable'

const keyBytes = 32
const ivBytes = 12
const tagBytes = 16

/** Encrypts secrets at rest with AES-256-GCM under the folder's sealing key, each bound to one place. */
export interface Sealer {
  /** Identifies the sealing key and the algorithm without revealing the key. */
  readonly fingerprint: string
  /** Seals a secret for its purpose: table, column and row. Only that purpose opens it. */
  seal(secret: Buffer, purpose: string): Buffer
  /** Throws if the value was sealed for another purpose or with another key, or was altered. */
  open(sealed: Buffer, purpose: string): Buffer
}

/** The sealer of a folder. */
export interface FolderSealer extends Sealer {
  /** Opens what older versions sealed, without a purpose. */
  readonly former: Sealer
  /** Derives a key for another purpose from the sealing key. */
  derive(purpose: string): Buffer
}

function sealerOf(key: Buffer): FolderSealer {
  return {
    ...sealerUnder(key, 'latchkey sealing key 2 ', Buffer.from),
    former: sealerUnder(key, 'latchkey sealing key ', () => Buffer.alloc(0)),
    derive: (purpose) => Buffer.from(hkdfSync('sha256', key, '', `latchkey ${purpose}`, keyBytes)),
  }
}

function sealerUnder(key: Buffer, label: string, contextOf: (purpose: string) => Buffer): Sealer {
  return {
    fingerprint: sha256(Buffer.concat([Buffer.from(label), key])),
    seal(secret, purpose) {
      const iv = randomBytes(ivBytes)
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(contextOf(purpose))
      const sealed = Buffer.concat([cipher.update(secret), cipher.final()])
      return Buffer.concat([iv, cipher.getAuthTag(), sealed])
    },
    open(sealed, purpose) {
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, ivBytes), { authTagLength: tagBytes })
      decipher.setAAD(contextOf(purpose))
      decipher.setAuthTag(sealed.subarray(ivBytes, ivBytes + tagBytes))
      return Buffer.concat([decipher.update(sealed.subarray(ivBytes + tagBytes)), decipher.final()])
    },
  }
}

/** Reads the sealing key; undefined when there is no file. Throws if it holds anything but 64 hex digits. */
export function readSealer(path: string): FolderSealer | undefined {
  return existsSync(path) ? toSealer(readFileSync(path, 'utf8'), path) : undefined
}

/** The sealer for the text of a key file; throws an error that names `source` if it is invalid. */
export function toSealer(text: string, source: string): FolderSealer {
  const key = Buffer.from(text.trim(), 'hex')
  if (key.length !== keyBytes) {
    throw new OperatorError(
      `${source} is not a sealing key (64 hex digits): restore the file that belongs to this folder`,
    )
  }
  return sealerOf(key)
}

/**
 * Creates the sealing key, readable by its owner only. The file gets its name when complete and on disk, so an
 * interruption leaves none. The caller holds the folder's lock and has found no key.
 */
export async function createSealer(path: string): Promise<FolderSealer> {
  const key = randomBytes(keyBytes)
  const unfinished = `${path}.new`
  const file = await open(unfinished, 'w', 0o600)
  await file.writeFile(`${key.toString('hex')}\n`)
  await file.sync()
  await file.close()
  await rename(unfinished, path)
  syncFolder(dirname(path))
  return sealerOf(key)
}

/** What opens; undefined for what was sealed with another key, for another place, or is damaged. */
export function ifItOpens<Opened>(open: () => Opened): Opened | undefined {
  try {
    return open()
  } catch {
    return undefined
  }
}

/** The private key with that id, from its unsealed bytes; an `UnavailableError` names the remedy where it does not open. */
export function openPrivateKey(id: string, unsealed: () => Buffer): KeyObject {
  try {
    return createPrivateKey({ key: unsealed(), format: 'der', type: 'pkcs8' })
  } catch {
    throw new UnavailableError(
      `the signing key ${id} does not open with the sealing key, so the database is damaged: restore it from a backup`,
    )
  }
}

/** Throws unless the sealing key is the one a database was made with; names the file. */
export function requireFittingSealer(sealer: FolderSealer | undefined, fingerprint: string, path: string) {
  if (!sealer)
    throw new OperatorError(`${path} is missing: put back the file that belongs to this database, from your backup`)
  if (![sealer.fingerprint, sealer.former.fingerprint].includes(fingerprint)) {
    throw new OperatorError(
      `${path} does not fit this database: put back the file that belongs to it, from your backup`,
    )
  }
}
