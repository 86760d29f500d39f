import { type Static, Type } from '@sinclair/typebox'
import { nullable, nullableTimestamp, timestamp, view, word } from '../../kernel/view'
import type { PublicKey } from '../../signing/service'
import { signatureAlgorithms } from '../../signing/signature'

/** A public key, as shown to clients and operators. */
export const PublicKeyView = view('PublicKey', {
  key_id: Type.String(),
  product_id: nullable(Type.Integer({ description: 'The product whose own it is; null for the global one.' })),
  algorithm: word(
    signatureAlgorithms,
    'RS256: an RSA key; ES256: its companion on the curve P-256, of the same standing.',
  ),
  bits: Type.Integer(),
  public_key: Type.String({ description: 'As PEM.' }),
  state: word(
    ['current', 'coming', 'outgoing', 'retired'],
    'retired: signs no more; outgoing: signs until its end; coming: signs for clients that name it; current: signs.',
  ),
  created_at: timestamp(),
  active_from: nullableTimestamp(),
  retired_at: nullableTimestamp(),
  certified_by: nullable(
    Type.String({
      description: 'The key that has signed its certificate: the one before it, or for ES256 the RSA key it goes with.',
    }),
  ),
  certificate: nullable(Type.String()),
})

/** The public part of a key. */
export const publicKeyView = (key: PublicKey, now: Date): Static<typeof PublicKeyView> => ({
  key_id: key.id,
  product_id: key.productId,
  algorithm: key.algorithm,
  bits: key.bits,
  public_key: key.publicPem,
  state: stateOf(key, now),
  created_at: key.createdAt.toISOString(),
  active_from: key.activeFrom?.toISOString() ?? null,
  retired_at: key.retiredAt?.toISOString() ?? null,
  certified_by: key.certifiedBy,
  certificate: key.certificate,
})

/** `retired`: no longer signs; `outgoing`: signs until its end; `coming`: signs only on request; else `current`. */
function stateOf({ activeFrom, retiredAt }: PublicKey, now: Date) {
  if (retiredAt && retiredAt <= now) return 'retired'
  if (retiredAt) return 'outgoing'
  return activeFrom && activeFrom > now ? 'coming' : 'current'
}
