import { Type } from '@sinclair/typebox'
import { text } from '../../intake/model'
import { DeviceActivation } from '../activations/model'
import { ownerEmail, ownerName } from '../licenses/model'

const Owner = { owner_name: Type.Optional(ownerName()), owner_email: Type.Optional(ownerEmail()) }

export const Assignment = Type.Object({ license_key: Type.Optional(text()), ...Owner })

export const AssignmentAndActivation = Type.Object({ ...DeviceActivation.properties, ...Owner })
