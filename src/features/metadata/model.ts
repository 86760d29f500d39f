import { Type } from '@sinclair/typebox'
import { jsonText, text } from '../../intake/model'
import { Device } from '../activations/model'
import { ProductChoice } from '../products/model'

const key = () =>
  Type.Optional(text({ maxLength: 255, aliases: ['meta_key'], description: 'The name of the metadata.' }))
const value = () =>
  Type.Optional(
    jsonText({
      aliases: ['meta_value'],
      description: 'A text of at most 64 KiB; any other JSON value is kept as its JSON text.',
    }),
  )

/** No field is required here: the service picks the answer for a missing one. */
export const LicenseMeta = Type.Object({ ...Device.properties, key: key(), value: value() })
export const LicenseMetaChoice = Type.Object({ ...Device.properties, key: key() })

export const ProductMeta = Type.Object({ ...ProductChoice.properties, key: key(), value: value() })
export const ProductMetaChoice = Type.Object({ ...ProductChoice.properties, key: key() })

/** Metadata, as an operator gives it. */
export const metaKey = () => text({ maxLength: 255, description: 'The name of the metadata.' })
export const metaValue = () => jsonText({ description: 'A text of at most 64 KiB.' })
