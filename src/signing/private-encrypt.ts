import type { KeyObject } from 'node:crypto'
import type { EncryptReply, EncryptRequest } from '../rsa-worker'

/** Encrypts with a private key, so that whoever has the public one can read it and know where it came from. */
export type PrivateEncrypt = (privateKey: KeyObject, plain: Uint8Array) => Promise<Uint8Array>

interface Waiting {
  resolve(blocks: Uint8Array): void
  reject(error: Error): void
}

/**
 * Node's `privateEncrypt` has no asynchronous form and takes milliseconds a block, so a worker does it; it is started
 * when it is first needed, and again should it fail.
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
