import type { User } from '../../db/schema/access'
import { record } from '../audit/record'
import type { Tx } from '../database/connection'
import { message, remedy } from '../kernel/message'
import { OperatorError } from '../kernel/operator-error'
import { findIdentity, insertIdentity, touchIdentity } from './identity-store'
import { changeRole, createUser } from './service'
import { type Claims, providerOf, type SsoConfig } from './sso'
import { findUser } from './store'
import { roles } from './view'

export { listIdentities } from './identity-store'

/**
 * The user whom a provider's claims are about, with the role that they give. An unknown one is linked to the user of
 * that name who has no password, or created if the settings say so. Throws an `OperatorError` with what an owner can do.
 */
export async function userOfClaims(tx: Tx, claims: Claims, config: SsoConfig, now: Date): Promise<User> {
  const role = roleOf(claims, config)
  const identity = { issuer: providerOf(config), subject: claims.sub }
  const known = await findIdentity(tx, identity)
  if (known) await touchIdentity(tx, known.id, now)
  const user = known?.user ?? (await newcomer(tx, claims, { config, role }, now))
  if (!known) {
    await insertIdentity(tx, { ...identity, userId: user.id, createdAt: now, lastUsedAt: now })
    await record(tx, { verb: 'user.linked', id: user.id, after: identity }, now)
  }
  if (user.status !== 'active') {
    throw new OperatorError(`"${user.name}" is disabled: ask an owner to enable the user`, 'forbidden')
  }
  return role && role !== user.role ? changeRole(tx, user.name, role, now) : user
}

async function newcomer(
  tx: Tx,
  claims: Claims,
  { config, role }: { config: SsoConfig; role: User['role'] | undefined },
  now: Date,
): Promise<User> {
  const name = nameOf(claims, config)
  const user = await findUser(tx, name)
  if (user?.passwordHash) {
    throw new OperatorError(
      message`"${name}" logs in with a password: an owner moves the user to the OpenID provider with ${remedy('user sso', { user: name })}`,
      'forbidden',
    )
  }
  if (user) return user
  if (config.oidc_create_users === 'on') {
    return createUser(tx, { name, role: role ?? 'viewer', passwordHash: null }, now)
  }
  throw new OperatorError(
    `the OpenID provider knows you as "${name}", and no user here has that name: ask an owner to create it, or to set oidc_create_users to on`,
    'forbidden',
  )
}

/** The name that a provider gives somebody here, in small letters. */
function nameOf(claims: Claims, { oidc_user_claim: claim }: SsoConfig): string {
  const name = claims[claim]
  if (typeof name !== 'string' || name === '') {
    throw new OperatorError(
      message`the OpenID provider sends no "${claim}": an owner names another claim in oidc_user_claim with ${remedy('setting set', { name: 'oidc_user_claim' })}, or asks for more in oidc_scopes`,
      'forbidden',
    )
  }
  if (claim === 'email' && claims.email_verified === false) {
    throw new OperatorError('the OpenID provider has not verified your e-mail address: verify it there', 'forbidden')
  }
  return name.toLowerCase()
}

/** The highest role that the claims give; undefined if the provider decides over no roles. */
function roleOf(claims: Claims, { oidc_role_claim: claim, oidc_roles }: SsoConfig): User['role'] | undefined {
  if (claim === '') return undefined
  const values = [claims[claim]].flat().map(String)
  const given = oidc_roles.filter(({ value }) => values.includes(value)).map(({ role }) => role)
  const role = roles.findLast((each) => given.includes(each))
  if (role) return role
  throw new OperatorError(
    message`nothing that the OpenID provider says of you in "${claim}" gives a role here: an owner adds it to oidc_roles with ${remedy('setting set', { name: 'oidc_roles' })}`,
    'forbidden',
  )
}
