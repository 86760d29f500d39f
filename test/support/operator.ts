import type { TestInstallation } from './installation'
import { openRaw } from './raw'

// biome-ignore lint/suspicious/noExplicitAny: what comes back differs from route to route
type Payload = any

export type AdminDoor = `${'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH'} /${string}`

export interface Told {
  status: number
  body: Payload
  headers: Headers
}

export interface Showing {
  /** An operator token. */
  token?: string
  /** The value of a session's cookie, sent as a browser would from a page of the server. */
  session?: string
  headers?: Record<string, string>
  /** A body to send as it is, instead of the fields. */
  body?: string
}

/** Asks a route under `/admin/api`; without `headers` of its own, a session's request looks like a browser's. */
export async function tell(
  { url }: Pick<TestInstallation, 'url'>,
  door: AdminDoor,
  fields: Record<string, unknown> = {},
  { token, session, headers = session ? { 'sec-fetch-site': 'same-origin' } : {}, body }: Showing = {},
): Promise<Told> {
  const [method, path] = door.split(' ') as [string, string]
  const isRead = method === 'GET'
  const texts = Object.entries(fields).map(([name, value]): [string, string] => [name, String(value)])
  const query = isRead && texts.length ? `?${new URLSearchParams(texts)}` : ''
  const answer = await fetch(`${url}/admin/api${path}${query}`, {
    method,
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(session && { cookie: `latchkey_session=${session}` }),
      ...(!isRead && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(!isRead && { body: body ?? JSON.stringify(fields) }),
  })
  const text = await answer.text()
  return { status: answer.status, body: JSON.parse(text), headers: answer.headers }
}

export interface Operator {
  name: string
  password: string
  token: string
  tell(door: AdminDoor, fields?: Record<string, unknown>, showing?: Showing): Promise<Told>
}

let count = 0

/** A user of that role with a password and a token. */
export async function makeOperator(
  installation: TestInstallation,
  role: 'viewer' | 'support' | 'operator' | 'owner',
): Promise<Operator> {
  const name = `${role}-${++count}`
  const { password } = (await installation.cli('user', 'create', '--name', name, '--role', role, '--json')).json
  const { token } = (await installation.cli('user', 'tokens', 'create', name, '--name', 'test', '--json')).json
  return {
    name,
    password,
    token,
    tell: (door, fields, showing) => tell(installation, door, fields, { token, ...showing }),
  }
}

/** Logs in as a browser does; the value of its cookie. */
export async function logIn(
  installation: TestInstallation,
  { name, password }: { name: string; password: string },
  headers: Record<string, string> = {},
): Promise<Told & { session: string }> {
  const told = await tell(installation, 'POST /session', { name, password }, { headers })
  const session = /latchkey_session=([\w-]*)/.exec(told.headers.get('set-cookie') ?? '')?.[1] ?? ''
  return { ...told, session }
}

/** The rows of the audit log, oldest first. */
export function auditRows({ folder }: TestInstallation): Payload[] {
  const database = openRaw(folder, { readonly: true })
  const rows = database.query('select * from audit_log order by id').all()
  database.close()
  return rows
}

/** Lets the proof of all sessions grow old. */
export function forgetProofs({ folder }: Pick<TestInstallation, 'folder'>) {
  const database = openRaw(folder)
  database.run('update user_tokens set proven_at = null')
  database.close()
}
