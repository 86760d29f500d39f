import { denied, isDenial, isPermitted } from '../kernel/ownership'
import { UnavailableError } from '../kernel/unavailable'
import { remedyForPostgres } from './postgres/failure'

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

/** The remedy when the database, the disk or the storage refused and the server is not at fault; undefined for other failures. */
export function remedyFor(error: unknown): string | undefined {
  if (error instanceof UnavailableError) return error.message
  const { code, cause, path } = (error ?? {}) as { code?: unknown; cause?: unknown; path?: unknown }
  if (isDenial(error) && typeof path === 'string') return denied(path, isPermitted(path, 'read') ? 'write to' : 'read')
  const known = typeof code === 'string' ? troubles.find(({ codes }) => codes.test(code)) : undefined
  return known?.remedy ?? remedyForPostgres(error) ?? (cause === undefined ? undefined : remedyFor(cause))
}

/** Whether the failure has such a cause: a full disk, a lock held by another process. */
export const isUnavailable = (error: unknown) => remedyFor(error) !== undefined

/** Whether a file could not be locked: another process holds it, or its file system has no locks. */
export const isLockFailure = (error: unknown) =>
  /^SQLITE_(BUSY|PROTOCOL|PERM|IOERR_\w*LOCK)/.test((error as { code?: string } | undefined)?.code ?? '')

/** A fault's log fields: the request it happened in, and the remedy if there is one, else the stack. */
export const faultOf = (where: string, error: unknown, requestId?: string) => ({
  event: 'fault',
  where,
  request_id: requestId,
  // Only the stack: printing an error shows kilobytes of source code around it.
  error: remedyFor(error) ?? (error instanceof Error ? error.stack : undefined) ?? String(error),
})
