import { Type } from '@sinclair/typebox'
import { choice, integer, text } from '../../intake/model'
import { signatureAlgorithms } from '../../signing/signature'
import { ProductChoice } from '../products/model'

/** The maximum number of releases in one answer. */
export const releasesMax = 100

const pages = {
  page: Type.Optional(integer({ minimum: 1, description: 'The page; default 1.' })),
  per_page: Type.Optional(
    integer({ minimum: 1, maximum: releasesMax, description: 'How many releases; 100 at most.' }),
  ),
}

export const ChangelogChoice = Type.Object({ ...ProductChoice.properties, ...pages })

/** Which public key to download. */
export const PublicKeyChoice = Type.Object({
  ...ProductChoice.properties,
  signature_algorithm: Type.Optional(choice(signatureAlgorithms, { description: 'RS256 unless sent.' })),
})

/** The name of a product in the URLs of its public pages. */
export const PublicProduct = Type.Object({ slug: text({ maxLength: 255, description: "The product's slug." }) })

export const PublicChangelog = Type.Object({ ...PublicProduct.properties, ...pages })
