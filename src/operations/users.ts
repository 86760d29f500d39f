import { Type } from '@sinclair/typebox'
import { choice, list, text } from '../intake/model'
import { message, remedy } from '../kernel/message'
import { OperatorError } from '../kernel/operator-error'
import { view, word } from '../kernel/view'
import { hashPassword, randomPassword } from '../users/password'
import { listFactorHolders } from '../users/second-factor'
import {
  changePassword,
  changeRole,
  createUser,
  disableUser,
  enableUser,
  keptTokens,
  pageUsers,
  removePassword,
  removeUser,
} from '../users/service'
import { isSsoOn } from '../users/sso'
import { roles, UserView, userView } from '../users/view'
import { minute } from './lines'
import { listing } from './listing'
import { type OperationContext, operation, type Subject } from './operation'
import { invite, resetLink } from './user-links'
import { resetFactor } from './user-second-factor'

const role = {
  description:
    'viewer: read only; support: help customers, with licence keys and e-mail addresses masked; operator: daily work; owner: also keys and users.',
}
const user = text({ description: 'The name of the user.' })
const password = text({
  maxLength: 512,
  file: true,
  asked: 'Password (15 characters at least; none, and one is made)',
  description: 'The password, at least 15 characters; by default a random one, shown once.',
})

const UserWithPasswordView = view('UserWithPassword', {
  ...UserView.properties,
  password: Type.Optional(
    Type.String({ description: 'Only where none was given: the one that was made, shown this once.' }),
  ),
})

const create = operation({
  command: 'user create',
  route: 'POST /users',
  role: 'owner',
  proof: 'session',
  summary: 'create a user',
  input: Type.Object({
    name: text({ maxLength: 64, description: 'The name to log in with: lower-case letters, digits and . _ @ -' }),
    role: choice(roles, role),
    password: Type.Optional(password),
  }),
  output: UserWithPasswordView,
  async run({ db, now }, { name, role, password }) {
    const made = await madeOrGiven(password)
    const draft = { name, role, passwordHash: made.hash }
    return { ...userView(await db.write((tx) => createUser(tx, draft, now))), ...made.shown }
  },
  show: ({ name, role, ...shown }) => [`User "${name}" can log in as ${role}.`, ...shownOnce(shown)],
})

const ListedUserView = view('ListedUser', {
  ...UserView.properties,
  second_factors: Type.Array(word(['totp', 'passkey'], 'An authenticator app, or passkeys.')),
})

const factorNames = { totp: 'app', passkey: 'passkey' } as const

const listed = listing({
  command: 'user list',
  route: 'GET /users',
  role: 'owner',
  summary: 'list all users',
  plural: 'users',
  row: ListedUserView,
  filters: Type.Object({
    role: Type.Optional(choice(roles, { description: 'Only those of this role.' })),
    status: Type.Optional(choice(['active', 'disabled'], { description: 'Only active or only disabled users.' })),
  }),
  sorts: ['name', 'id', 'role', 'created_at', 'last_login_at'],
  async page({ db }, filters, wanted) {
    const { rows, next } = await pageUsers(db.read, filters, wanted)
    const holders = await listFactorHolders(
      db.read,
      rows.map(({ id }) => id),
    )
    const factorsOf = (id: number) => (['totp', 'passkey'] as const).filter((factor) => holders[factor].has(id))
    return { rows: rows.map((user) => ({ ...userView(user), second_factors: factorsOf(user.id) })), next }
  },
  columns: {
    NAME: ({ name }) => name,
    ROLE: ({ role }) => role,
    STATE: ({ status, has_password }) => (has_password || status === 'disabled' ? status : 'invited'),
    'SECOND FACTOR': ({ second_factors }) => second_factors.map((each) => factorNames[each]).join(', ') || 'none',
    'SINCE (UTC)': ({ created_at }) => minute(created_at),
    'LAST LOG-IN': ({ last_login_at }) => (last_login_at ? minute(last_login_at) : 'never'),
  },
  none: 'There is no user yet: latchkey user create --name ada --role owner',
})

const set = operation({
  command: 'user set',
  route: 'PATCH /users/:user',
  role: 'owner',
  proof: 'session',
  summary: 'change the role of a user, from the next request on',
  input: Type.Object({ user, role: choice(roles, role) }),
  output: UserView,
  run: async ({ db, now }, { user, role }) => userView(await db.write((tx) => changeRole(tx, user, role, now))),
  show: ({ name, role }) => [`User "${name}" is ${role}.`],
})

const passwd = operation({
  command: 'user passwd',
  route: 'PUT /users/:user/password',
  role: 'owner',
  proof: 'session',
  summary: 'change the password of a user, and end their sessions and tokens, except tokens you keep',
  input: Type.Object({
    user,
    password: Type.Optional(password),
    keep_tokens: Type.Optional(list({ description: keptTokens })),
  }),
  output: UserWithPasswordView,
  async run({ db, now }, { user, password, keep_tokens: keepTokens }) {
    const { hash: passwordHash, shown } = await madeOrGiven(password)
    const changed = await db.write((tx) => changePassword(tx, user, { passwordHash, keepTokens }, now))
    return { ...userView(changed), ...shown }
  },
  show: ({ name, ...shown }) => [`The password of "${name}" is changed.`, ...shownOnce(shown)],
})

const leavePassword = operation({
  command: 'user sso',
  route: 'DELETE /users/:user/password',
  role: 'owner',
  proof: 'session',
  summary: 'let a user log in through the OpenID provider alone: the password and the sessions end',
  input: Type.Object({ user }),
  output: UserView,
  async run({ db, config, now }, { user }) {
    if (!isSsoOn(config)) {
      throw new OperatorError(
        message`nobody could log in that way yet: name the provider with ${remedy('setting set', { name: 'oidc_issuer' })}, and this server with ${remedy('setting set', { name: 'oidc_client_id' })}`,
      )
    }
    return userView(await db.write((tx) => removePassword(tx, user, now)))
  },
  show: ({ name }) => [`User "${name}" logs in through the OpenID provider, and has no password.`],
})

const disable = operation({
  command: 'user disable',
  route: 'POST /users/:user/disable',
  role: 'owner',
  proof: 'session',
  summary: 'disable a user at once; their sessions and tokens end permanently',
  input: Type.Object({ user }),
  output: UserView,
  run: changing(disableUser),
  show: ({ name }) => [`User "${name}" is shut out.`],
})

const enable = operation({
  command: 'user enable',
  route: 'POST /users/:user/enable',
  role: 'owner',
  proof: 'session',
  summary: 'enable a user again',
  input: Type.Object({ user }),
  output: UserView,
  run: changing(enableUser),
  show: ({ name }) => [`User "${name}" can log in again.`],
})

const remove = operation({
  command: 'user delete',
  route: 'DELETE /users/:user',
  role: 'owner',
  proof: 'session',
  summary: 'delete a user with their sessions and tokens; their changes stay in the audit log',
  input: Type.Object({ user }),
  output: UserView,
  run: changing(removeUser),
  show: ({ name }) => [`User "${name}" is gone.`],
  loses: ({ user }) => `This removes the user "${user}" with all sessions and tokens.`,
})

export const users = {
  name: 'user',
  about: 'users of the console and the operator API',
  operations: [create, invite, listed, set, passwd, resetLink, leavePassword, resetFactor, disable, enable, remove],
} as const satisfies Subject

function changing(work: typeof enableUser) {
  return async ({ db, now }: OperationContext, { user }: { user: string }) =>
    userView(await db.write((tx) => work(tx, user, now)))
}

/** The hash of the given password, or of a new one, which is shown only once. */
async function madeOrGiven(given: string | undefined) {
  const password = given ?? randomPassword()
  return { hash: await hashPassword(password), shown: given === undefined ? { password } : {} }
}

const shownOnce = ({ password }: { password?: string }) =>
  password === undefined ? [] : ['Their password, shown this once:', password]
