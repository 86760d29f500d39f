import { closeSync, fsyncSync, openSync, rmSync } from 'node:fs'
import { OperatorError } from '../kernel/operator-error'
import { denied, isDenial } from '../kernel/ownership'

/**
 * Writes a new file that only its owner may read; it is on disk on return. Throws an `OperatorError` if there is a file
 * of that name or none can be made, and leaves no incomplete file behind.
 */
export async function writeNewFile<Written>(path: string, write: (file: number) => Promise<Written>): Promise<Written> {
  const file = create(path)
  let isWhole = false
  try {
    const written = await write(file)
    fsyncSync(file)
    isWhole = true
    return written
  } finally {
    closeSync(file)
    if (!isWhole) rmSync(path, { force: true })
  }
}

function create(path: string) {
  try {
    return openSync(path, 'wx', 0o600)
  } catch (error) {
    if ((error as { code?: string }).code === 'EEXIST')
      throw new OperatorError(`${path} exists already: choose another name`)
    throw new OperatorError(isDenial(error) ? denied(path, 'write to') : `cannot write ${path}: check its folder`)
  }
}
