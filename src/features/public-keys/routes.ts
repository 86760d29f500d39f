import { Elysia } from 'elysia'
import { anyone, gate, lookup } from '../../access/gate'
import type { Deps } from '../../deps'
import { PublicKeysFilter } from './model'
import { openPublicKeys } from './service'

export function publicKeys(deps: Deps) {
  const getPublicKeys = openPublicKeys(deps)
  return new Elysia({ tags: ['Public keys'] }).use(gate(deps)).get(
    '/keys',
    ({ query, requestContext }) => getPublicKeys(query, requestContext.now),
    lookup(anyone, PublicKeysFilter, {
      summary: 'List all public keys, each certified by the one before it; needs no API key',
      says: ['product_public_key_found', 'product_not_found'],
    }),
  )
}
