import { Type } from '@sinclair/typebox'
import type { Deps } from '../../deps'
import { choice, text } from '../../intake/model'
import { timestamp, view } from '../../kernel/view'
import { type KeySize, keySizes } from '../../signing/key-pair'
import { findGlobalKey, resizeUnusedKey } from '../../signing/resizing'
import { restoreUpload } from '../../upkeep/backup/upload'
import { isUntouched } from '../../upkeep/first-run'
import { findSetupLink, hasUser, setupIsOver } from '../../users/links'
import { hashPassword } from '../../users/password'
import { createUser } from '../../users/service'
import { UserView, userView } from '../../users/view'
import type { AdminRequest } from './admin-request'
import { done } from './answers'
import { linkToken, opened } from './one-time-token'
import { type AdminRoute, adminRoute } from './route'
import { uploadIn } from './upload'

/** What the first set-up finds. */
const SetupView = view('Setup', {
  expires_at: timestamp('When the link expires.'),
  key_id: Type.String({ description: 'The id of the global signing key.' }),
  bits: Type.Integer({ description: 'Its size.' }),
  can_resize: Type.Boolean({ description: 'Whether it has signed nothing, so that another size can be chosen.' }),
  can_restore: Type.Boolean({ description: 'Whether the installation is empty, so that a backup can be restored.' }),
})

const find = ({ guesses, db }: Deps, adminRequest: AdminRequest, token: string) =>
  opened({ guesses }, adminRequest, () => findSetupLink(db.read, token, adminRequest.now), setupIsOver)

/** The author of changes before there is a user. */
const authorOf = ({ requestId }: AdminRequest) => ({ actor: 'set-up link', requestId })

const show = adminRoute({
  route: 'GET /setup',
  role: 'anybody',
  summary: 'show what the first set-up finds; takes the token of the link that the server printed',
  input: Type.Object({ token: linkToken }),
  output: SetupView,
  async answer(deps, adminRequest, { token }) {
    const { expiresAt } = await find(deps, adminRequest, token)
    const { id, bits, isUsed } = await findGlobalKey(deps.db.read)
    return done({
      expires_at: expiresAt.toISOString(),
      key_id: id,
      bits,
      can_resize: !isUsed,
      can_restore: await isUntouched(deps.db.read),
    })
  },
})

const makeOwner = adminRoute({
  route: 'POST /setup/owner',
  role: 'anybody',
  summary: 'create the first owner and choose the size of the signing key; closes the set-up',
  input: Type.Object({
    token: linkToken,
    name: text({ maxLength: 64, description: 'The name to log in with: lower-case letters, digits and . _ @ -' }),
    password: text({ maxLength: 512, description: 'The password: 15 characters at least.' }),
    bits: Type.Optional(
      choice(keySizes.map(String), { description: 'The size of the signing key, where it has signed nothing yet.' }),
    ),
  }),
  output: UserView,
  async answer(deps, adminRequest, { token, name, password, bits }) {
    const { now } = adminRequest
    await find(deps, adminRequest, token)
    const passwordHash = await hashPassword(password)
    const db = deps.db.as(authorOf(adminRequest))
    const putKey = bits && (await resizeUnusedKey(deps, Number(bits) as KeySize))
    const owner = await db.write(async (tx) => {
      // Asked again: the link may have been used while the key was made.
      if (await hasUser(tx)) throw setupIsOver()
      if (putKey) await putKey(tx)
      return createUser(tx, { name, role: 'owner', passwordHash }, now)
    })
    return done(userView(owner))
  },
})

const restore = adminRoute({
  route: 'POST /setup/restore',
  role: 'anybody',
  takesFile: true,
  fileTypes: ['application/gzip', 'application/x-gzip'],
  summary: 'restore a backup into this empty installation; the server starts again with it',
  input: Type.Object({
    token: linkToken,
    passphrase: Type.Optional(
      text({ header: 'x-passphrase', description: 'The passphrase of the backup: ASCII characters, in this header.' }),
    ),
  }),
  output: view('Restoring', {
    made_at: timestamp('When the backup was taken.'),
    version: Type.String({ description: 'The version that took it.' }),
    licenses: Type.Integer({ minimum: 0 }),
    is_authenticated: Type.Boolean({ description: 'Whether its passphrase vouches for all of it.' }),
  }),
  async answer(deps, adminRequest, { token, passphrase }) {
    const { request, now } = adminRequest
    await find(deps, adminRequest, token)
    deps.peers.awaitLong(request)
    const { manifest, isAuthenticated } = await restoreUpload(deps, uploadIn(request), { passphrase, now })
    deps.restart()
    return done({
      made_at: manifest.made_at,
      version: manifest.version,
      licenses: manifest.rows.licenses ?? 0,
      is_authenticated: isAuthenticated,
    })
  },
})

/** The first set-up, for whoever holds the link that the server printed. */
export const setupRoutes = [show, makeOwner, restore] as const satisfies readonly AdminRoute[]
