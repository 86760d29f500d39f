import { Elysia } from 'elysia'
import { anyone, gate, lookup, pathLookup } from '../../access/gate'
import type { Deps } from '../../deps'
import { ProductChoice } from '../products/model'
import { ChangelogChoice, PublicChangelog, PublicKeyChoice } from './model'
import {
  getProduct,
  getProductChangelog,
  getProductMeta,
  getProductPublicKey,
  readChangelog,
  readPublicKey,
} from './service'

const tags = ['Product information']

export const productInformation = (deps: Deps) =>
  new Elysia({ tags })
    .use(gate(deps))
    .get(
      '/get-product',
      ({ query }) => getProduct(deps.db.read, query),
      lookup('get-product', ProductChoice, { summary: 'Show a product', says: ['product_found', 'product_not_found'] }),
    )
    .get(
      '/get-product-meta',
      ({ query }) => getProductMeta(deps.db.read, query),
      lookup('get-product', ProductChoice, {
        summary: 'Show the metadata of a product',
        says: ['product_found', 'product_not_found'],
      }),
    )
    .get(
      '/get-product-changelog',
      ({ query }) => getProductChangelog(deps.db.read, query, deps.config),
      lookup('get-product', ChangelogChoice, {
        summary: 'List the published releases of a product, newest first, in pages',
        says: [
          'changelog_retrieved',
          'changelog_disabled_globally',
          'changelog_disabled_for_product',
          'product_not_found',
        ],
      }),
    )
    .get(
      '/products/:slug/changelog',
      ({ params }) => readChangelog(deps.db.read, params, deps.config),
      pathLookup(anyone, PublicChangelog, {
        summary: 'List the published releases of a product, newest first, in pages; needs no API key',
        says: [
          'changelog_retrieved',
          'changelog_disabled_globally',
          'changelog_disabled_for_product',
          'product_not_found',
        ],
      }),
    )
    .use(publicKeySync(deps))

/** A route of its own, because PHP clients look for the key under a separate path (CONTRACT §9). */
export const publicKeySync = (deps: Deps) =>
  new Elysia({ tags }).use(gate(deps)).get(
    '/get-product-public-key',
    ({ query, admitted: { now, answerOptions } }) =>
      getProductPublicKey(deps.db.read, query, { now, algorithm: deps.keys.algorithmFor(answerOptions ?? {}) }),
    lookup('get-product', ProductChoice, {
      summary: 'Show the public key for answers about a product',
      says: ['product_public_key_found', 'product_public_key_not_found', 'product_not_found'],
    }),
  )

/** The public key as a file, for setting up a client. */
export const publicKeyFile = (deps: Deps) =>
  new Elysia({ tags }).use(gate(deps)).get(
    '/api/product/public-key',
    async ({ query: { signature_algorithm: algorithm, ...choice }, requestContext: { now } }) =>
      pemFile(await readPublicKey(deps.db.read, choice, { now, algorithm })),
    lookup(anyone, PublicKeyChoice, {
      summary: 'Download the public key as PEM: that of the product, or the global one, RSA unless ES256 is named',
      says: [],
    }),
  )

const pemFile = (publicPem: string | undefined) =>
  new Response(publicPem ?? 'There is no such product.\n', {
    status: publicPem === undefined ? 404 : 200,
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
  })
