import { Type } from '@sinclair/typebox'
import { choice, integer, text } from '../../intake/model'
import { identifier } from '../activations/model'
import { graceDaysMax } from '../products/model'

const place = (aliases: string[], description: string) => Type.Optional(text({ maxLength: 1024, aliases, description }))

/** The device is `identifier` under any of its names; if several are sent, all must name the same device. */
export const OfflineFileRequest = Type.Object({
  license_key: Type.Optional(text()),
  identifier: Type.Optional(identifier()),
  hardware_id: place(['hardwareId', 'hwid'], 'The device the file is bound to.'),
  domain: place(['server_domain'], 'The site the file is bound to.'),
  grace_period_days: Type.Optional(
    integer({
      maximum: graceDaysMax,
      description:
        'Days the software may go on after the file has lapsed; 0 unless sent. The product may grant fewer, and they end with the licence.',
    }),
  ),
  environment: Type.Optional(choice(['production', 'staging', 'development'])),
})
