import { Type } from '@sinclair/typebox'
import type { Deps } from '../../deps'
import { jsonText, text } from '../../intake/model'
import { OperatorError } from '../../kernel/operator-error'
import { timestamp, view } from '../../kernel/view'
import type { Operation } from '../../operations/operation'
import { checkPassword } from '../../users/log-in'
import {
  noteProof,
  type ProofMethod,
  ProofRequired,
  proofLifetimeMs,
  proofMethodsOf,
  provenUntil,
} from '../../users/proof'
import { type CodeClaim, checkCode } from '../../users/second-factor'
import { spendTicket } from '../../users/ticket'
import type { AdminRequest } from './admin-request'
import { done } from './answers'
import { cookie } from './cookies'
import { asUser, whoIn } from './identity'
import { shownPasskey } from './passkey-challenge'
import { adminRoute } from './route'

const passwordLengthMax = 512

/** The password of whoever calls, for scripts: a browser proves a session instead. */
export const currentPassword = (method: string) =>
  Type.Optional(
    text({
      maxLength: passwordLengthMax,
      ...(method === 'GET' && { header: 'x-current-password' }),
      description:
        'The password of the user who is logged in, again: what is made outlives the session. Not needed for ten minutes after POST /session/proof.',
    }),
  )

/**
 * Requires that the caller has proven who they are, in this session not long ago or with the password now. Throws a
 * `ProofRequired` with the ways there are.
 */
export async function requireProof(
  deps: Deps,
  adminRequest: AdminRequest,
  proof: Operation['proof'],
  password?: unknown,
) {
  const identity = whoIn(adminRequest)
  const isSession = identity.token.kind === 'session'
  if (!proof || (proof === 'session' && !isSession)) return
  if (typeof password === 'string') return requirePassword(deps, adminRequest, password)
  if (provenUntil(identity.token, adminRequest.now)) return
  throw new ProofRequired(
    'this gives access that outlives your session: prove who you are with POST /admin/api/session/proof, or give your password again, as current_password',
    isSession ? await proofMethodsOf(deps.db.read, identity, deps.config) : ['password'],
  )
}

/** Checks the caller's password again. Throws an `OperatorError` if it is wrong. */
export async function requirePassword({ db, limit }: Deps, adminRequest: AdminRequest, password: string) {
  const { user, token } = whoIn(adminRequest)
  const attempt = { name: user.name, password, place: `token ${token.id}` }
  if (await checkPassword({ db, limit }, attempt, adminRequest.now)) return
  throw new OperatorError('the current password is wrong', 'forbidden')
}

export const provingRoute = adminRoute({
  route: 'POST /session/proof',
  role: 'viewer',
  isSetup: true,
  summary: 'prove again who you are, for ten minutes: with the password, a code, a recovery code or a passkey',
  input: Type.Object({
    password: Type.Optional(text({ maxLength: passwordLengthMax, description: 'Your password.' })),
    code: Type.Optional(text({ maxLength: 20, description: 'The code of your authenticator app.' })),
    recovery_code: Type.Optional(text({ maxLength: 40, description: 'One of your recovery codes.' })),
    passkey: Type.Optional(
      jsonText({ description: 'What the browser says of a passkey, after POST /session/passkey/options.' }),
    ),
  }),
  output: view('Proof', { proven_until: timestamp('Until when this session needs no other proof.') }),
  async answer(deps, adminRequest, { password, code, recovery_code, passkey }) {
    const { user, token } = whoIn(adminRequest)
    const { now } = adminRequest
    if (token.kind !== 'session') {
      throw new OperatorError('a token is not a session: give the password as current_password instead')
    }
    const db = asUser(deps.db, adminRequest)
    let method: ProofMethod = 'password'
    let take: CodeClaim['take'] = async () => true
    if (password !== undefined) await requirePassword(deps, adminRequest, password)
    else if (passkey !== undefined) {
      const shown = await shownPasskey(deps, adminRequest, passkey).catch((error: unknown) => {
        throw error instanceof OperatorError ? new OperatorError(error.text, 'forbidden') : error
      })
      if (shown.user.id !== user.id) throw new OperatorError('this passkey is of another user', 'forbidden')
      method = 'passkey'
      take = async (tx) => (await spendTicket(tx, shown.ticket, now)) && Boolean(await shown.note(tx, now))
    } else {
      const claim = await checkCode({ ...deps, db }, user, { code, recovery_code }, now)
      if (!claim) throw new OperatorError('the code is wrong, or was used: wait for the next one', 'forbidden')
      method = claim.method
      take = claim.take
    }
    const isTaken = await db.write(async (tx) => {
      if (!(await take(tx))) return false
      await noteProof(tx, token, method, now)
      return true
    })
    if (!isTaken) throw new OperatorError('this was used already: try once more', 'forbidden')
    const body = { proven_until: new Date(now.getTime() + proofLifetimeMs).toISOString() }
    return done(body, passkey === undefined ? [] : [cookie('latchkey_challenge', undefined, adminRequest, deps.config)])
  },
})
