import { Type } from '@sinclair/typebox'
import { jsonText, text } from '../../intake/model'
import { OperatorError } from '../../kernel/operator-error'
import { openObject, view } from '../../kernel/view'
import { enter, pendingUser, requireAttempt } from '../../users/log-in'
import { addPasskey, listPasskeys, optionsForNew, optionsToShow, verifiedNew } from '../../users/passkeys'
import { firstRecoveryCodes } from '../../users/recovery-codes'
import { PasskeyView, passkeyView, RecoveryCodesView } from '../../users/second-factor-view'
import { requireOneself } from '../../users/service'
import { spendTicket } from '../../users/ticket'
import { done } from './answers'
import { cookie, cookieIn } from './cookies'
import { asUser, whoIn } from './identity'
import { challengeCookie, challengeIn, objectIn, partyOf, shownPasskey } from './passkey-challenge'
import { currentPassword, requireProof } from './proof'
import { adminRoute } from './route'
import { originOf, SessionView, sessionAnswer } from './session-answer'

const OptionsView = view('PasskeyOptions', {
  options: openObject('What the browser is asked with, as WebAuthn defines it.'),
})
const user = text({ description: 'The name of the user.' })
const response = jsonText({ description: 'What the browser says of the passkey, as WebAuthn defines it.' })

const ask = adminRoute({
  route: 'POST /session/passkey/options',
  role: 'anybody',
  summary: 'begin a log-in or a proof with a passkey; the answer sets a cookie for ten minutes',
  input: Type.Object({}),
  output: OptionsView,
  async answer(deps, adminRequest) {
    const { request, now, address } = adminRequest
    requireAttempt(deps.limit, address, now)
    const pending = await pendingUser(deps, cookieIn(request, 'latchkey_pending'), now)
    const passkeys = pending && (await listPasskeys(deps.db.read, pending.user.id))
    const options = await optionsToShow(partyOf(adminRequest, deps.config), passkeys)
    const { challenge } = options
    return done({ options: { ...options } }, [challengeCookie('passkey', { challenge }, adminRequest, deps)])
  },
})

const show = adminRoute({
  route: 'POST /session/passkey',
  role: 'anybody',
  summary: 'log in with a passkey, or show it after the password; the answer sets a session cookie',
  input: Type.Object({ response }),
  output: SessionView,
  async answer(deps, adminRequest, { response }) {
    const { request, now } = adminRequest
    requireAttempt(deps.limit, adminRequest.address, now)
    const { user, ticket, note } = await shownPasskey(deps, adminRequest, response)
    const pending = await pendingUser(deps, cookieIn(request, 'latchkey_pending'), now)
    if (pending && pending.user.id !== user.id) {
      throw new OperatorError('this passkey is of another user than the password: begin once more', 'unauthenticated')
    }
    const entry = { ...originOf(adminRequest), method: 'passkey' } as const
    const begun = await enter(
      deps.db,
      user,
      { ...entry, take: async (tx) => (await spendTicket(tx, ticket, now)) && Boolean(await note(tx, now)) },
      now,
    )
    if (!begun) throw new OperatorError('this passkey gives no access: ask an owner', 'unauthenticated')
    return sessionAnswer(deps, adminRequest, begun)
  },
})

const askNew = adminRoute({
  route: 'POST /users/:user/passkeys/options',
  role: 'viewer',
  isSetup: true,
  summary: 'begin to add a passkey of your own; the answer sets a cookie for ten minutes',
  input: Type.Object({ user, current_password: currentPassword('POST') }),
  output: OptionsView,
  async answer(deps, adminRequest, { user: name, current_password }) {
    const { user } = whoIn(adminRequest)
    requireOneself(user, name)
    await requireProof(deps, adminRequest, 'always', current_password)
    const passkeys = await listPasskeys(deps.db.read, user.id)
    const party = partyOf(adminRequest, deps.config)
    const options = await optionsForNew({ user, party, passkeys }, deps.sealer)
    const data = { challenge: options.challenge, userId: user.id }
    return done({ options: { ...options } }, [challengeCookie('new passkey', data, adminRequest, deps)])
  },
})

const add = adminRoute({
  route: 'POST /users/:user/passkeys',
  role: 'viewer',
  isSetup: true,
  summary: 'add a passkey of your own, which logs in without a password; with the first come recovery codes',
  input: Type.Object({
    user,
    name: text({ maxLength: 100, description: 'What you call it: "laptop", "the blue key".' }),
    response,
  }),
  output: view('NewPasskey', { ...PasskeyView.properties, ...RecoveryCodesView.properties }),
  async answer(deps, adminRequest, { user: userName, name, response }) {
    const { user } = whoIn(adminRequest)
    const { now } = adminRequest
    requireOneself(user, userName)
    const ticket = challengeIn('new passkey', adminRequest, deps)
    const { challenge, userId } = ticket.data
    const party = partyOf(adminRequest, deps.config)
    const passkey = await verifiedNew(objectIn(response), { challenge, party })
    const made = await asUser(deps.db, adminRequest).write(async (tx) => {
      if (userId !== user.id || !(await spendTicket(tx, ticket, now))) return undefined
      const row = await addPasskey(tx, { userId: user.id, name, passkey }, now)
      return { ...passkeyView(row), recovery_codes: await firstRecoveryCodes(tx, user.id, now) }
    })
    if (!made) throw new OperatorError('this was begun by another user, or used already: begin once more')
    return done(made, [cookie('latchkey_challenge', undefined, adminRequest, deps.config)])
  },
})

/** What only a browser can do with passkeys; lists, names and removals are operations. */
export const passkeyRoutes = [ask, show, askNew, add] as const
