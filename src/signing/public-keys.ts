import type { Queryable } from '../database/connection'
import type { SignatureAlgorithm } from './signature'
import { listKeyRows } from './store'

type KeyRow = Awaited<ReturnType<typeof listKeyRows>>[number]

/** A public key, of an RSA key or of a companion, which shares the standing of the key that certified it. */
export interface PublicKey
  extends Pick<KeyRow, 'id' | 'productId' | 'bits' | 'publicPem' | 'createdAt' | 'retiredAt' | 'activeFrom'> {
  algorithm: SignatureAlgorithm
  certifiedBy: string | null
  certificate: string | null
}

const bitsOfCompanion = 256

/**
 * All public keys: the RSA keys, global ones first, then by product, each time the current one before those it replaced;
 * then their companions in the same order, so that readers who know no other find RSA keys where they always were.
 */
export async function listPublicKeys(db: Queryable): Promise<PublicKey[]> {
  const pairs = (await listKeyRows(db)).map(publicHalves)
  return [...pairs.map(({ own }) => own), ...pairs.flatMap(({ companion }) => companion ?? [])]
}

/** The public halves of a key pair and its companion. */
export function publicHalves(row: KeyRow): { own: PublicKey; companion: PublicKey | null } {
  const { id, productId, createdAt, retiredAt, activeFrom } = row
  const standing = { productId, retiredAt, activeFrom }
  const { bits, publicPem, certifiedBy, certificate } = row
  const own = { id, algorithm: 'RS256' as const, bits, publicPem, createdAt, certifiedBy, certificate, ...standing }
  const companion = row.companionId !== null && {
    id: row.companionId,
    algorithm: 'ES256' as const,
    bits: bitsOfCompanion,
    publicPem: row.companionPem!,
    createdAt: row.companionCreatedAt!,
    certifiedBy: id,
    certificate: row.companionCertificate,
    ...standing,
  }
  return { own, companion: companion || null }
}
