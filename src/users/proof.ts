import type { UserToken } from '../../db/schema/access'
import { record } from '../audit/record'
import type { Config } from '../config'
import type { Queryable, Tx } from '../database/connection'
import { OperatorError } from '../kernel/operator-error'
import { listIdentities } from './identity-store'
import { findFactors, methodsOf } from './second-factor'
import { isSsoOn, providerOf } from './sso'
import { proveToken } from './store'
import type { Identity } from './tokens'

/** How long a session counts as proven after the password, a code or a passkey. */
export const proofLifetimeMs = 10 * 60_000

/** How a user can prove again who they are. */
export const proofMethods = ['password', 'totp', 'passkey', 'recovery_code', 'sso'] as const
export type ProofMethod = (typeof proofMethods)[number]

/** A session's user has to prove first who they are. */
export class ProofRequired extends OperatorError {
  constructor(
    text: string,
    /** How they can. */
    readonly methods: readonly ProofMethod[],
  ) {
    super(text, 'proof_required')
  }
}

/** Until when a session counts as proven; undefined if it does not. */
export function provenUntil({ kind, provenAt }: UserToken, now: Date): Date | undefined {
  if (kind !== 'session' || !provenAt) return undefined
  const until = new Date(provenAt.getTime() + proofLifetimeMs)
  return until > now ? until : undefined
}

/** How this user can prove who they are. */
export async function proofMethodsOf(db: Queryable, { user }: Pick<Identity, 'user'>, config: Config) {
  const factors = methodsOf(await findFactors(db, user.id))
  const hasSso =
    isSsoOn(config) && (await listIdentities(db, user.id)).some(({ issuer }) => issuer === providerOf(config))
  const can: Record<ProofMethod, boolean> = {
    password: user.passwordHash !== null,
    totp: factors.includes('totp'),
    passkey: factors.includes('passkey'),
    recovery_code: factors.includes('recovery_code'),
    sso: hasSso,
  }
  return proofMethods.filter((method) => can[method])
}

/** Notes that the user of a session has proven who they are. */
export async function noteProof(tx: Tx, { id }: Pick<UserToken, 'id'>, method: ProofMethod, now: Date) {
  await proveToken(tx, id, now)
  await record(tx, { verb: 'user-session.proved', id, after: { method } }, now)
}
