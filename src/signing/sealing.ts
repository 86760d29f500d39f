import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { syncFolder } from '../kernel/disk'
import { sha256 } from '../kernel/secrets'
import { Sorry } from '../kernel/sorry'

const keyBytes = 32
const ivBytes = 12
const tagBytes = 16

/** Encrypts secrets at rest: AES-256-GCM under the folder's sealing key. */
export interface Sealer {
  /** Identifies the sealing key without giving it away. */
  readonly fingerprint: string
  seal(secret: Buffer): Buffer
  /** Throws when the seal was made with another key or has been altered. */
  open(sealed: Buffer): Buffer
}

/** The sealer of a 32-byte key. */
function sealerOf(key: Buffer): Sealer {
  return {
    fingerprint: sha256(Buffer.concat([Buffer.from('latchkey sealing key '), key])),
    seal(secret) {
      const iv = randomBytes(ivBytes)
      const cipher = createCipheriv('aes-256-gcm', key, iv)
      const sealed = Buffer.concat([cipher.update(secret), cipher.final()])
      return Buffer.concat([iv, cipher.getAuthTag(), sealed])
    },
    open(sealed) {
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, ivBytes))
      decipher.setAuthTag(sealed.subarray(ivBytes, ivBytes + tagBytes))
      return Buffer.concat([decipher.update(sealed.subarray(ivBytes + tagBytes)), decipher.final()])
    },
  }
}

/** Reads the sealing key; undefined when there is no such file, an error when it holds anything but 64 hex digits. */
export function readSealer(path: string): Sealer | undefined {
  return existsSync(path) ? toSealer(readFileSync(path, 'utf8'), path) : undefined
}

/** The sealer of a key as it stands in its file; what it came from is named where it is none. */
export function toSealer(text: string, source: string): Sealer {
  const key = Buffer.from(text.trim(), 'hex')
  if (key.length !== keyBytes) {
    throw new Sorry(`${source} is not a sealing key (64 hex digits): restore the file that belongs to this folder`)
  }
  return sealerOf(key)
}

/**
 * Makes the sealing key, readable by its owner only. It gets its name when it is whole and on disk: whoever is killed on
 * the way leaves none. The caller holds the folder and has found no key in it.
 */
export async function createSealer(path: string): Promise<Sealer> {
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
