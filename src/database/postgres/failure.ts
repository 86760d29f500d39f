import { UnavailableError } from '../../kernel/unavailable'

interface PostgresFailure {
  /** Bun's own code, such as `ERR_POSTGRES_CONNECTION_CLOSED`. */
  code?: unknown
  /** The SQLSTATE that the server sent. */
  errno?: unknown
}

// Bun's own codes.
const lostConnection = /^ERR_POSTGRES_(CONNECTION|IDLE|LIFETIME|TLS)/

const troubles = [
  {
    codes: /^(28P01|28000)$/,
    remedy: 'the database does not let this role in: check the name and the password in database_url, and pg_hba.conf',
  },
  { codes: /^3D000$/, remedy: 'there is no such database: create it, or name another one in database_url' },
  {
    codes: /^42501$/,
    remedy: 'the database denies this role a right: make it the owner of the database that database_url names',
  },
  { codes: /^53100$/, remedy: 'the database has no space left on its disk: make room, then try again' },
  { codes: /^53300$/, remedy: 'the database has no connection left: raise max_connections, or end other clients' },
  { codes: /^(25006|57P03)$/, remedy: 'the database does not take changes now: it is a standby, or starts or stops' },
  { codes: /^55P03$/, remedy: 'another process holds the database: try again when it is done' },
  { codes: /^57014$/, remedy: 'the database gave up on a query that took too long: try again' },
  { codes: /^XX00[12]$/, remedy: 'the database says that its data is damaged: restore it from a backup' },
  {
    codes: new RegExp(`^(08\\w{3}|57P0[124]|53\\w{3}|58\\w{3}|25P0[23])$|${lostConnection.source}`),
    remedy: 'the database cannot be reached: check that it runs and that this machine reaches it, then try again',
  },
]

/** The remedy for a failure of PostgreSQL that is not a fault of the server; undefined for other failures. */
export function remedyForPostgres(error: unknown): string | undefined {
  const { code, errno } = (error ?? {}) as PostgresFailure
  const codes = [errno, code].filter((each) => typeof each === 'string')
  return troubles.find((each) => codes.some((found) => each.codes.test(found)))?.remedy
}

/** Whether the connection is of no further use: it broke, it was too slow, or the database ended it. */
export function endsSession(error: unknown): boolean {
  const { code, errno } = (error ?? {}) as PostgresFailure
  if (error instanceof UnavailableError) return true
  return /^(57P0|25P03|08)/.test(String(errno)) || lostConnection.test(String(code))
}

/** Whether the server that was asked is a standby, or has become one. */
export const isReadOnly = (error: unknown) => (error as PostgresFailure)?.errno === '25006'

/** A query that the database did not answer in time. */
export const tooLate = (seconds: number) =>
  new UnavailableError(
    `the database has not answered for ${seconds} s: check that it runs and that this machine reaches it, then try again`,
  )
