import type { CheckpointRequest } from '../checkpoint-worker'

const everyMs = 500
const patienceMs = 2000

/**
 * Starts a thread that checkpoints the write-ahead log. SQLite would checkpoint within a commit: while a backup reads,
 * the log grows, and the commit after it would block every request until the whole log is copied.
 */
export function openCheckpoints(path: string, spawn: () => Worker): { close(): Promise<void> } {
  const worker = spawn()
  worker.unref()
  worker.postMessage({ path, everyMs } satisfies CheckpointRequest)
  return {
    async close() {
      const ended = new Promise<void>((resolve) => {
        worker.onmessage = () => resolve()
        worker.onerror = () => resolve()
      })
      worker.postMessage('end')
      await Promise.race([ended, Bun.sleep(patienceMs)])
      worker.terminate()
    },
  }
}
