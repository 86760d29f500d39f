import { constants, type KeyObject, privateEncrypt } from 'node:crypto'

/** A text to encrypt with a private key, and the number of its reply. */
export interface EncryptRequest {
  readonly id: number
  readonly privateKey: KeyObject
  readonly plain: Uint8Array
}

export interface EncryptReply {
  readonly id: number
  readonly blocks?: Uint8Array
  readonly error?: string
}

const paddingBytes = 11

/** Encrypts in PKCS#1 v1.5 blocks of the key's size, one after the other, each with as much of the text as fits. */
function encryptInBlocks(privateKey: KeyObject, plain: Uint8Array) {
  const keyBytes = privateKey.asymmetricKeyDetails!.modulusLength! / 8
  const blocks: Buffer[] = []
  for (let start = 0; start < plain.length; start += keyBytes - paddingBytes) {
    const piece = plain.subarray(start, start + keyBytes - paddingBytes)
    blocks.push(privateEncrypt({ key: privateKey, padding: constants.RSA_PKCS1_PADDING }, piece))
  }
  return Buffer.concat(blocks)
}

declare const self: Worker

self.onmessage = ({ data: { id, privateKey, plain } }: MessageEvent<EncryptRequest>) => {
  try {
    self.postMessage({ id, blocks: encryptInBlocks(privateKey, plain) } satisfies EncryptReply)
  } catch (error) {
    self.postMessage({ id, error: (error as Error).message } satisfies EncryptReply)
  }
}
