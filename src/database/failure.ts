import { denied, isDenial, isPermitted } from '../kernel/ownership'

const troubles = [
  { codes: /^SQLITE_(BUSY|LOCKED)/, remedy: 'another process holds the database: try again when it is done' },
  { codes: /^(SQLITE_FULL|ENOSPC|EDQUOT)/, remedy: 'the disk is full: make room, then try again' },
  {
    codes: /^(SQLITE_(IOERR|READONLY|CANTOPEN)|EROFS|EMFILE|ENFILE)/,
    remedy: 'the data folder cannot be used: check its disk, its permissions and the limits of this process',
  },
  {
    codes: /^SQLITE_(CORRUPT|NOTADB)/,
    remedy: 'the database is damaged: stop the server and restore it from a backup',
  },
]

/** What to do where the database or the disk refused, so that nothing is wrong with us; undefined for other failures. */
export function remedyFor(error: unknown): string | undefined {
  const { code, cause, path } = (error ?? {}) as { code?: unknown; cause?: unknown; path?: unknown }
  if (isDenial(error) && typeof path === 'string') return denied(path, isPermitted(path, 'read') ? 'write to' : 'read')
  const known = typeof code === 'string' ? troubles.find(({ codes }) => codes.test(code)) : undefined
  return known?.remedy ?? (cause === undefined ? undefined : remedyFor(cause))
}

/** Whether it is such a failure: a full disk, a lock held by another process. */
export const isUnavailable = (error: unknown) => remedyFor(error) !== undefined

/** Whether a file could not be locked: another process holds it, or its file system gives no locks. */
export const isLockFailure = (error: unknown) =>
  /^SQLITE_(BUSY|PROTOCOL|PERM|IOERR_\w*LOCK)/.test((error as { code?: string } | undefined)?.code ?? '')

/** A fault, as the log tells it: whose request met it, and the remedy where there is one, else where it came from. */
export const faultOf = (where: string, error: unknown, requestId?: string) => ({
  event: 'fault',
  where,
  request_id: requestId,
  // The stack alone: an error shows kilobytes of the program around it.
  error: remedyFor(error) ?? (error instanceof Error ? error.stack : undefined) ?? String(error),
})
