import { createHmac } from 'node:crypto'
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import type { User } from '../../db/schema/access'
import type { UserPasskey } from '../../db/schema/log-in'
import { record } from '../audit/record'
import type { Queryable, Tx } from '../database/connection'
import { message, remedy } from '../kernel/message'
import { OperatorError } from '../kernel/operator-error'
import type { FolderSealer } from '../signing/sealing'
import { deletePasskey, findPasskey, findPasskeyOf, insertPasskey, updatePasskey } from './passkey-store'
import { requireUser } from './service'

export { listPasskeys } from './passkey-store'

/** The page that asks for a passkey, and the host that passkeys are made for. */
export interface RelyingParty {
  id: string
  origin: string
}

const passkeysMax = 20
const refused = () =>
  new OperatorError('the passkey was refused: try once more, or log in another way', 'unauthenticated')

/**
 * The relying party of a page. Throws an `OperatorError` where browsers allow no passkeys: without HTTPS, unless the host
 * is `localhost`, and at an address without a name.
 */
export function relyingParty(origin: string | undefined): RelyingParty {
  if (origin !== undefined && URL.canParse(origin)) {
    const { protocol, hostname } = new URL(origin)
    const isLocal = hostname === 'localhost' || hostname.endsWith('.localhost')
    const isNumber = /^[\d.]+$|^\[/.test(hostname)
    if ((protocol === 'https:' || isLocal) && !isNumber) return { id: hostname, origin }
  }
  throw new OperatorError(
    'browsers allow passkeys only over HTTPS with a host name, and on localhost: open the console at such an address',
    'invalid_input',
  )
}

/** The number by which a passkey knows its user; it tells nothing to anybody else. */
const handleOf = ({ id }: Pick<User, 'id'>, sealer: FolderSealer) =>
  createHmac('sha256', sealer.derive('passkey users')).update(String(id)).digest()

/** What a browser needs to make a passkey, with its challenge. */
export async function optionsForNew(
  { user, party, passkeys }: { user: User; party: RelyingParty; passkeys: readonly UserPasskey[] },
  sealer: FolderSealer,
) {
  if (passkeys.length >= passkeysMax) {
    throw new OperatorError(`a user has at most ${passkeysMax} passkeys: remove one that is not used`)
  }
  const { generateRegistrationOptions } = await import('@simplewebauthn/server')
  return generateRegistrationOptions({
    rpName: 'Latchkey',
    rpID: party.id,
    userName: user.name,
    userID: new Uint8Array(handleOf(user, sealer)),
    excludeCredentials: passkeys.map(({ credentialId: id, transports }) => ({ id, transports })),
    // A passkey logs in alone: it names its user, and asks for a finger, a face or a PIN.
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  })
}

/** A passkey that a browser has made, if it is genuine; throws an `OperatorError` otherwise. */
export async function verifiedNew(response: object, { challenge, party }: { challenge: string; party: RelyingParty }) {
  const { verifyRegistrationResponse } = await import('@simplewebauthn/server')
  const { verified, registrationInfo } = await verifyRegistrationResponse({
    response: response as RegistrationResponseJSON,
    expectedChallenge: challenge,
    expectedOrigin: party.origin,
    expectedRPID: party.id,
  }).catch((error: Error) => {
    throw new OperatorError(`the browser sent no passkey that fits (${error.message}): try once more`, 'invalid_input')
  })
  if (!verified) throw new OperatorError('the passkey cannot be verified: try once more', 'invalid_input')
  const { id, publicKey, counter, transports = [] } = registrationInfo.credential
  return {
    credentialId: id,
    publicKey: Buffer.from(publicKey).toString('base64url'),
    signCount: counter,
    transports: [...transports],
    rpId: party.id,
  }
}

/** What a browser needs to show a passkey; any passkey of this host where none are named. */
export async function optionsToShow(party: RelyingParty, passkeys: readonly UserPasskey[] = []) {
  const { generateAuthenticationOptions } = await import('@simplewebauthn/server')
  const allowed = passkeys.filter(({ rpId }) => rpId === party.id)
  return generateAuthenticationOptions({
    rpID: party.id,
    userVerification: 'required',
    ...(allowed.length && {
      allowCredentials: allowed.map(({ credentialId: id, transports }) => ({ id, transports })),
    }),
  })
}

/** A passkey that was shown and is genuine, with its user in any state; throws an `OperatorError` otherwise. */
export async function verifiedShown(
  db: Queryable,
  response: object,
  { challenge, party }: { challenge: string; party: RelyingParty },
) {
  const shown = response as AuthenticationResponseJSON
  const found = await findPasskey(db, String(shown.id))
  if (!found || found.passkey.rpId !== party.id) throw refused()
  const { passkey, user } = found
  const { verifyAuthenticationResponse } = await import('@simplewebauthn/server')
  const { verified, authenticationInfo } = await verifyAuthenticationResponse({
    response: shown,
    expectedChallenge: challenge,
    expectedOrigin: party.origin,
    expectedRPID: party.id,
    credential: {
      id: passkey.credentialId,
      publicKey: new Uint8Array(Buffer.from(passkey.publicKey, 'base64url')),
      counter: passkey.signCount,
    },
  }).catch(() => {
    throw refused()
  })
  if (!verified) throw refused()
  const used = { signCount: authenticationInfo.newCounter }
  return { user, passkey, note: (tx: Tx, now: Date) => updatePasskey(tx, passkey.id, { ...used, lastUsedAt: now }) }
}

type NewPasskey = Awaited<ReturnType<typeof verifiedNew>>

/** Adds a passkey. Throws an `OperatorError` if it is there already. */
export async function addPasskey(
  tx: Tx,
  { userId, name, passkey }: { userId: number; name: string; passkey: NewPasskey },
  now: Date,
): Promise<UserPasskey> {
  const row = await insertPasskey(tx, { ...passkey, userId, name, createdAt: now })
  if (!row) throw new OperatorError('this passkey is there already: use it to log in')
  await record(tx, { verb: 'user.passkey-added', id: userId, after: { passkey: name } }, now)
  return row
}

interface Which {
  user: string
  id: number
}

export async function renamePasskey(tx: Tx, { user, id, name }: Which & { name: string }, now: Date) {
  const before = await requirePasskey(tx, { user, id })
  const after = await updatePasskey(tx, id, { name })
  const change = { before: { passkey: before.name }, after: { passkey: name } }
  await record(tx, { verb: 'user.passkey-renamed', id: before.userId, ...change }, now)
  return after
}

export async function removePasskey(tx: Tx, which: Which, now: Date) {
  const passkey = await requirePasskey(tx, which)
  await deletePasskey(tx, passkey.id)
  await record(tx, { verb: 'user.passkey-removed', id: passkey.userId, before: { passkey: passkey.name } }, now)
  return passkey
}

async function requirePasskey(tx: Tx, { user, id }: Which): Promise<UserPasskey> {
  const { id: userId } = await requireUser(tx, user)
  const passkey = await findPasskeyOf(tx, { userId, id })
  if (passkey) return passkey
  throw new OperatorError(
    message`"${user}" has no passkey ${id}: see ${remedy('user second-factor show', { user })}`,
    'not_found',
  )
}
