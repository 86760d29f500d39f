import { Type } from '@sinclair/typebox'
import { text } from '../../intake/model'

/** The name a product's public pages stand under. */
export const PublicProduct = Type.Object({ slug: text({ maxLength: 255, description: "The product's slug." }) })
