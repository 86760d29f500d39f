import { Type } from '@sinclair/typebox'
import { integer, text } from '../intake/model'
import { OperatorError } from '../kernel/operator-error'
import { view } from '../kernel/view'
import { removePasskey, renamePasskey } from '../users/passkeys'
import { firstRecoveryCodes, forgetUnneededCodes, makeRecoveryCodes } from '../users/recovery-codes'
import { findFactors, findHasSecondFactor, mustHaveSecondFactor, resetSecondFactor } from '../users/second-factor'
import { PasskeyView, passkeyView, RecoveryCodesView, SecondFactorView } from '../users/second-factor-view'
import { requireOwnOrOwner, requireUser } from '../users/service'
import { listIdentities } from '../users/sso-users'
import { beginTotp, finishTotp, prepareTotp, removeTotp, requireUnconfirmed, stepOfCode } from '../users/totp'
import { UserView, userView } from '../users/view'
import { facts, minuteUtc } from './lines'
import { operation, type Subject } from './operation'

const user = text({ description: 'The name of the user.' })
const passkeyId = integer({ minimum: 1, description: 'The id of the passkey, from the list.' })

const show = operation({
  command: 'user second-factor show',
  route: 'GET /users/:user/second-factor',
  role: 'viewer',
  isSetup: true,
  summary: 'show what a user can log in with: authenticator app, passkeys, recovery codes, OpenID accounts',
  input: Type.Object({ user }),
  output: SecondFactorView,
  async run({ db, config, user: asking }, { user: name }) {
    requireOwnOrOwner(asking, name)
    const found = await requireUser(db.read, name)
    const { totpSince, passkeys, recoveryCodes } = await findFactors(db.read, found.id)
    return {
      user: name,
      has_password: found.passwordHash !== null,
      is_required: mustHaveSecondFactor(found, config),
      totp_since: totpSince?.toISOString() ?? null,
      passkeys: passkeys.map(passkeyView),
      recovery_codes_left: recoveryCodes,
      identities: (await listIdentities(db.read, found.id)).map(({ issuer, createdAt, lastUsedAt }) => ({
        issuer,
        created_at: createdAt.toISOString(),
        last_used_at: lastUsedAt?.toISOString() ?? null,
      })),
    }
  },
  show: ({ has_password, is_required, totp_since, passkeys, recovery_codes_left, identities }) =>
    facts({
      password: has_password ? 'yes' : 'none',
      'authenticator app': totp_since ? `since ${minuteUtc(totp_since)}` : 'none',
      passkeys: passkeys.map(({ id, name, host }) => `${id} "${name}" for ${host}`).join(', ') || 'none',
      'recovery codes': String(recovery_codes_left),
      'OpenID accounts': identities.map(({ issuer }) => issuer).join(', ') || 'none',
      'required by require_2fa': is_required ? 'yes' : 'no',
    }),
})

const begin = operation({
  command: 'user totp begin',
  route: 'POST /users/:user/totp',
  role: 'viewer',
  proof: 'always',
  isOwn: true,
  isSetup: true,
  summary: 'make a secret for an authenticator app; it is in use once a code has confirmed it',
  input: Type.Object({ user }),
  output: view('NewTotp', {
    secret: Type.String({ description: 'To type into the app; shown this once.' }),
    uri: Type.String({ description: 'The same for a QR code.' }),
  }),
  async run({ db, config, sealer, now }, { user: name }) {
    const host = config.base_url && ` ${new URL(config.base_url).host}`
    const made = await prepareTotp(name, `Latchkey${host}`)
    await db.write((tx) => beginTotp(tx, name, { secret: made.secret, sealer }, now))
    return made
  },
  show: ({ secret, uri }) => ['The secret for the authenticator app, shown this once:', secret, uri],
})

const confirm = operation({
  command: 'user totp confirm',
  route: 'POST /users/:user/totp/confirm',
  bare: ['code'],
  role: 'viewer',
  isOwn: true,
  isSetup: true,
  summary: 'put the authenticator app in use with its first code; with the first factor come recovery codes',
  input: Type.Object({ user, code: text({ maxLength: 20, description: 'The code that the app shows.' }) }),
  output: RecoveryCodesView,
  async run({ db, sealer, now }, { user: name, code }) {
    const found = await requireUser(db.read, name)
    const step = await stepOfCode(await requireUnconfirmed(db.read, found), code, sealer, now)
    if (step === undefined) {
      throw new OperatorError(
        'the code is wrong: check the clock of the device, and type the next one',
        'invalid_input',
      )
    }
    return db.write(async (tx) => {
      await finishTotp(tx, found, step, now)
      return { recovery_codes: await firstRecoveryCodes(tx, found.id, now) }
    })
  },
  show: ({ recovery_codes }) => ['The authenticator app is in use.', ...shownOnce(recovery_codes)],
})

const remove = operation({
  command: 'user totp remove',
  route: 'DELETE /users/:user/totp',
  role: 'viewer',
  proof: 'always',
  isOwn: true,
  isSetup: true,
  summary: 'remove the authenticator app of a user',
  input: Type.Object({ user }),
  output: UserView,
  async run({ db, now }, { user: name }) {
    return db.write(async (tx) => {
      await removeTotp(tx, name, now)
      const found = await requireUser(tx, name)
      await forgetUnneededCodes(tx, found.id, now)
      return userView(found)
    })
  },
  show: ({ name }) => [`The authenticator app of "${name}" counts no more.`],
})

const renew = operation({
  command: 'user recovery-codes create',
  route: 'POST /users/:user/recovery-codes',
  role: 'viewer',
  proof: 'always',
  isOwn: true,
  summary: 'make new recovery codes, shown this once; all others end',
  input: Type.Object({ user }),
  output: RecoveryCodesView,
  async run({ db, now }, { user: name }) {
    const found = await requireUser(db.read, name)
    if (!(await findHasSecondFactor(db.read, found.id))) {
      throw new OperatorError('recovery codes replace a second factor: set up an authenticator app or a passkey first')
    }
    return { recovery_codes: await db.write((tx) => makeRecoveryCodes(tx, found.id, now)) }
  },
  show: ({ recovery_codes }) => shownOnce(recovery_codes),
  loses: ({ user }) => `The recovery codes that "${user}" has will end.`,
})

const rename = operation({
  command: 'user passkeys rename',
  route: 'PATCH /users/:user/passkeys/:id',
  bare: ['name'],
  role: 'viewer',
  isOwn: true,
  summary: 'rename a passkey',
  input: Type.Object({ user, id: passkeyId, name: text({ maxLength: 100, description: 'Its name from now on.' }) }),
  output: PasskeyView,
  run: async ({ db, now }, input) => passkeyView(await db.write((tx) => renamePasskey(tx, input, now))),
  show: ({ id, name }) => [`Passkey ${id} is called "${name}".`],
})

const removeKey = operation({
  command: 'user passkeys delete',
  route: 'DELETE /users/:user/passkeys/:id',
  role: 'viewer',
  proof: 'always',
  isOwn: true,
  isSetup: true,
  summary: 'remove a passkey',
  input: Type.Object({ user, id: passkeyId }),
  output: PasskeyView,
  run: ({ db, now }, input) =>
    db.write(async (tx) => {
      const passkey = await removePasskey(tx, input, now)
      await forgetUnneededCodes(tx, passkey.userId, now)
      return passkeyView(passkey)
    }),
  show: ({ id, name }) => [`Passkey ${id} "${name}" opens nothing any more.`],
  loses: ({ id }) => `Passkey ${id} will not log in any more.`,
})

export const resetFactor = operation({
  command: 'user reset-second-factor',
  route: 'DELETE /users/:user/second-factor',
  role: 'owner',
  proof: 'session',
  summary: 'remove every second factor and recovery code of a user who has lost theirs; their sessions end',
  input: Type.Object({ user }),
  output: UserView,
  run: async ({ db, now }, { user: name }) => userView(await db.write((tx) => resetSecondFactor(tx, name, now))),
  show: ({ name }) => [`"${name}" logs in with the password alone, and can set up a second factor anew.`],
  loses: ({ user }) => `This removes authenticator app, passkeys and recovery codes of "${user}".`,
})

export const ownFactors = [
  { name: 'user second-factor', about: 'what a user can log in with', operations: [show] },
  { name: 'user totp', about: 'the authenticator app of a user', operations: [begin, confirm, remove] },
  { name: 'user recovery-codes', about: 'codes that replace a lost second factor', operations: [renew] },
  { name: 'user passkeys', about: 'passkeys of a user; the console adds them', operations: [rename, removeKey] },
] as const satisfies readonly Subject[]

const shownOnce = (codes: readonly string[]) =>
  codes.length ? ['Recovery codes, shown this once:', ...codes] : ['The recovery codes stay as they are.']
