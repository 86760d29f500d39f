import type { KeyObject } from 'node:crypto'
import type { EncryptReply, EncryptRequest } from '../rsa-worker'

/** Encrypts with a private key, so that holders of the public key can read it and verify its origin. */
export type PrivateEncrypt = (privateKey: KeyObject, plain: Uint8Array) => Promise<Uint8Array>

interface Waiting {
  resolve(blocks: Uint8Array): void
  reject(error: Error): void
}

/**
 * Encrypts in a worker: Node's `privateEncrypt` is synchronous and takes milliseconds per block. The worker starts at
 * the first use, and again after a failure.
 */
export function openPrivateEncryptor(spawn: () => Worker): { encrypt: PrivateEncrypt; close(): void } {
  const waiting = new Map<number, Waiting>()
  let worker: Worker | undefined
  let lastId = 0

  function fail(reason: string) {
    worker?.terminate()
    worker = undefined
    for (const { reject } of waiting.values()) reject(new Error(reason))
    waiting.clear()
  }

  function start() {
    const started = spawn()
    started.unref()
    started.onmessage = ({ data: { id, blocks, error } }: MessageEvent<EncryptReply>) => {
      const asker = waiting.get(id)
      waiting.delete(id)
      if (blocks) asker?.resolve(blocks)
      else asker?.reject(new Error(error))
    }
    started.onerror = ({ message }) => fail(message)
    return started
  }

  return {
    encrypt: (privateKey, plain) =>
      new Promise((resolve, reject) => {
        worker ??= start()
        const id = ++lastId
        waiting.set(id, { resolve, reject })
        worker.postMessage({ id, privateKey, plain } satisfies EncryptRequest)
      }),
    close: () => fail('the installation is closed'),
  }
}
