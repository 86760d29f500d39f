import { Type } from '@sinclair/typebox'
import { text } from '../../intake/model'
import { productReference } from '../products/model'

/** The device, site or user a seat belongs to (CONTRACT §9). */
export const identifier = () =>
  text({
    maxLength: 1024,
    aliases: ['hardwareId', 'hardware_id', 'hwid', 'domain', 'server_domain'],
    device: true,
    description: 'The device, site or user; compared exactly.',
  })

/** A licence key on a device. No field is required here: the service picks the answer for a missing one. */
export const Device = Type.Object({
  license_key: Type.Optional(text()),
  identifier: Type.Optional(identifier()),
  product_id: Type.Optional(productReference('The product the key must belong to.')),
})

/** The fields of `verify`: the device and more. */
export const VerifiedDevice = Type.Object({
  ...Device.properties,
  email: Type.Optional(
    text({ maxLength: 255, description: 'The e-mail address of the owner, for a new Envato purchase code.' }),
  ),
})

export const DeviceActivation = Type.Object({
  ...Device.properties,
  post_url: Type.Optional(
    text({
      maxLength: 2048,
      nullable: true,
      description: 'The address to notify when an operator deactivates this device.',
    }),
  ),
})
