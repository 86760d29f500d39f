import { type Static, Type } from '@sinclair/typebox'
import type { Deps } from '../../deps'
import { nullable, nullableTimestamp, timestamp, view, word } from '../../kernel/view'
import { devicePurpose, makeDevice } from '../../users/known-device'
import type { Begun, LogInOrigin } from '../../users/log-in'
import { proofMethods, proofMethodsOf, provenUntil } from '../../users/proof'
import { findHasSecondFactor, mustHaveSecondFactor, secondFactors } from '../../users/second-factor'
import type { Identity } from '../../users/tokens'
import { roles } from '../../users/view'
import type { AdminRequest } from './admin-request'
import { done } from './answers'
import { cookie } from './cookies'

const deviceLengthMax = 200

/** The caller, and how they are authenticated. */
export const SessionView = view('Session', {
  user: Type.String(),
  role: word(roles),
  kind: word(['session', 'token'], 'What was shown.'),
  expires_at: nullableTimestamp(),
  method: nullable(word(['password', 'passkey', 'sso'], 'How a session was begun.')),
  has_second_factor: Type.Boolean(),
  needs_second_factor: Type.Boolean({
    description: 'Whether the user has to set up a second factor before anything else.',
  }),
  proven_until: nullableTimestamp('Until when a session needs no other proof.'),
  proof_methods: Type.Array(word(proofMethods), { description: 'How the user can prove who they are.' }),
})

/** A right password of somebody who has a second factor. */
export const PendingView = view('SecondFactorNeeded', {
  second_factor: Type.Array(word(secondFactors), {
    description: 'What can follow the password; it alone gives nothing.',
  }),
  expires_at: timestamp('Until when it has to follow.'),
})

export async function sessionView(
  { db, config }: Pick<Deps, 'db' | 'config'>,
  { user, token }: Identity,
  now: Date,
): Promise<Static<typeof SessionView>> {
  const hasSecondFactor = await findHasSecondFactor(db.read, user.id)
  return {
    user: user.name,
    role: user.role,
    kind: token.kind,
    expires_at: token.expiresAt?.toISOString() ?? null,
    method: token.method,
    has_second_factor: hasSecondFactor,
    needs_second_factor: token.method === 'password' && !hasSecondFactor && mustHaveSecondFactor(user, config),
    proven_until: provenUntil(token, now)?.toISOString() ?? null,
    proof_methods: await proofMethodsOf(db.read, { user }, config),
  }
}

/** Where a log-in comes from. */
export const originOf = ({ request, address, requestId }: AdminRequest): LogInOrigin => ({
  address,
  device: (request.headers.get('user-agent') ?? '').slice(0, deviceLengthMax),
  requestId,
})

/** The answer that begins a session: its cookies, and nothing left of the steps before. */
export async function sessionAnswer(deps: Deps, adminRequest: AdminRequest, begun: Begun) {
  const { config, sealer } = deps
  const known = makeDevice(sealer.derive(devicePurpose), begun.user.name)
  const cookies = [
    cookie('latchkey_session', begun.value, adminRequest, config),
    cookie('latchkey_device', known, adminRequest, config),
    ...(['latchkey_pending', 'latchkey_challenge'] as const)
      .filter((name) => adminRequest.request.headers.get('cookie')?.includes(name))
      .map((name) => cookie(name, undefined, adminRequest, config)),
  ]
  return { ...done(await sessionView(deps, begun, adminRequest.now), cookies), identity: begun }
}
