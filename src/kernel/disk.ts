import { closeSync, fsyncSync, openSync } from 'node:fs'

/** Flushes a folder: a new file name is on disk only after that. Windows has no such call and needs none. */
export function syncFolder(path: string) {
  if (process.platform === 'win32') return
  const descriptor = openSync(path, 'r')
  fsyncSync(descriptor)
  closeSync(descriptor)
}
