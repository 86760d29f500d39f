const unreachable = /^SQLITE_(BUSY|LOCKED|FULL|IOERR|READONLY|CANTOPEN)/

/** Whether the database refused for a reason that passes: a full disk, a lock held by another process. */
export function isUnavailable(error: unknown): boolean {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown }
  return (typeof code === 'string' && unreachable.test(code)) || (cause !== undefined && isUnavailable(cause))
}
