import { accessSync, constants, lchownSync, lstatSync, readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

const passwords = '/etc/passwd'

/** What a process needs to do with a file or folder. */
export type Access = 'read' | 'write to'

const modes: Record<Access, number> = { read: constants.R_OK, 'write to': constants.W_OK }

/** Whether this process has that permission; true if the file does not exist. */
export function isPermitted(path: string, access: Access): boolean {
  try {
    accessSync(path, modes[access])
    return true
  } catch (error) {
    return !isDenial(error)
  }
}

/** Whether the file exists and this process may read it. */
export function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK)
    return true
  } catch {
    return false
  }
}

/** Whether the error is a denied file permission. */
export const isDenial = (error: unknown) => /^E(ACCES|PERM)$/.test((error as { code?: string } | undefined)?.code ?? '')

/** Why a file could not be read: a sentence with its owner and the remedy. */
export function unreadable(path: string, error: unknown): string {
  const { code } = (error ?? {}) as { code?: string }
  if (isDenial(error)) return denied(path, 'read')
  if (code === 'ENOENT' || code === 'ENOTDIR') return `cannot read ${path}: there is no such file, check its name`
  if (code === 'EISDIR') return `cannot read ${path}: it is a folder, name a file`
  return `cannot read ${path}: check the name and its permissions`
}

/** The sentence for a denied file permission: the owner, this process's user, and the remedy. */
export function denied(path: string, access: Access): string {
  const uid = process.getuid?.()
  const found = nearestSeen(path)
  if (uid === undefined || !found) return `cannot ${access} ${path}: check its permissions`
  const [owner, user] = [nameOf(found.uid), nameOf(uid)]
  const what = found.path === path ? 'it' : found.path
  if (found.uid === uid) {
    return `cannot ${access} ${path}: ${what} belongs to ${owner}, whose rights do not allow it: set them with "chmod u+rwX ${found.path}"`
  }
  return `cannot ${access} ${path}: ${what} belongs to ${owner}, and this process runs as ${user}: run it as ${owner}, or give the file away with "chown ${user} ${found.path}"`
}

/** The file itself or, if a folder on its path is closed, that folder. */
function nearestSeen(path: string): { path: string; uid: number } | undefined {
  try {
    return { path, uid: statSync(path).uid }
  } catch (error) {
    const above = dirname(path)
    return above === path || !/^E(ACCES|PERM|NOENT)$/.test((error as { code?: string }).code ?? '')
      ? undefined
      : nearestSeen(above)
  }
}

/** A user's name, or the uid if the system knows no name. */
function nameOf(uid: number): string {
  try {
    const line = readFileSync(passwords, 'utf8')
      .split('\n')
      .find((each) => each.split(':')[2] === String(uid))
    return line?.split(':', 1)[0] || `user ${uid}`
  } catch {
    return `user ${uid}`
  }
}

/**
 * Gives what root creates in another user's folder to the folder's owner, so that the server can use it. Does nothing
 * for other users, and leaves links and files with a second name alone.
 */
export function giveToOwnerOf(folder: string, paths: readonly string[]) {
  if (process.geteuid?.() !== 0) return
  const { uid, gid } = statSync(folder)
  if (uid === 0) return
  for (const path of paths) {
    const found = lstatSync(path, { throwIfNoEntry: false })
    if (found?.uid !== 0) continue
    if (found.isDirectory() || (found.isFile() && found.nlink === 1)) lchownSync(path, uid, gid)
  }
}
