import { closeSync, fsyncSync, openSync } from 'node:fs'

/** A new name is on disk only when its folder is. Windows has no such call, and needs none. */
export function syncFolder(path: string) {
  if (process.platform === 'win32') return
  const descriptor = openSync(path, 'r')
  fsyncSync(descriptor)
  closeSync(descriptor)
}
