import { Type } from '@sinclair/typebox'
import { text } from '../../intake/model'

/** A feature of a licence, both named in the path. */
export const LicenseFeature = Type.Object({
  license_key: text(),
  feature: text({ description: "The key of one of the product's features." }),
})
