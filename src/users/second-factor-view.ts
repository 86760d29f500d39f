import { type Static, Type } from '@sinclair/typebox'
import type { UserPasskey } from '../../db/schema/log-in'
import { counter, nullableTimestamp, timestamp, view } from '../kernel/view'

export const PasskeyView = view('Passkey', {
  id: Type.Integer(),
  name: Type.String(),
  host: Type.String({ description: 'The host it was made for: browsers show it nowhere else.' }),
  created_at: timestamp(),
  last_used_at: nullableTimestamp(),
})

export const passkeyView = ({ id, name, rpId, createdAt, lastUsedAt }: UserPasskey): Static<typeof PasskeyView> => ({
  id,
  name,
  host: rpId,
  created_at: createdAt.toISOString(),
  last_used_at: lastUsedAt?.toISOString() ?? null,
})

/** Recovery codes, where they are made. */
export const RecoveryCodesView = view('RecoveryCodes', {
  recovery_codes: Type.Array(Type.String(), {
    description: 'Each replaces a second factor once; shown this once, and empty where there are some already.',
  }),
})

/** What a user has to log in with. */
export const SecondFactorView = view('SecondFactor', {
  user: Type.String(),
  has_password: Type.Boolean(),
  is_required: Type.Boolean({ description: 'Whether the setting require_2fa asks this user for a second factor.' }),
  totp_since: nullableTimestamp('Since when an authenticator app is set up.'),
  passkeys: Type.Array(PasskeyView),
  recovery_codes_left: counter('How many recovery codes are unused.'),
  identities: Type.Array(
    Type.Object({ issuer: Type.String(), created_at: timestamp(), last_used_at: nullableTimestamp() }),
    { description: 'Accounts at OpenID providers that log in as this user.' },
  ),
})
