import type { License } from '../../db/schema/licensing'
import type { DeviceExplanation } from '../features/support/explain'
import type { Answer } from '../kernel/answers'
import { type Remedy, remedy } from '../kernel/message'

/** A licence and device that an answer is about. */
export interface Circumstances {
  /** The licence as the operator named it; remedies name it likewise. */
  reference: string
  license: License | undefined
  explained: DeviceExplanation
}

/** What an operator can do about an answer: a sentence, and the operations that help. */
export interface LicenseAdvice {
  says: string
  remedies: Remedy[]
}

const none: LicenseAdvice = { says: '', remedies: [] }

/** What an operator can do about an unwanted answer. Suggests no operation that would be refused. */
export function adviceOn(answer: Answer, { reference, license, explained }: Circumstances): LicenseAdvice {
  const license_key = reference
  switch (answer) {
    case 'access_denied':
      return adviceOnBlocklist(explained)
    case 'invalid_license_key':
      return {
        says: 'This key does not exist. A part of the key, or its owner, finds the one that was meant.',
        remedies: [remedy('license search', { text: reference })],
      }
    case 'identifier_required':
      return { says: 'Name the device by its identifier; its software has to send one.', remedies: [] }
    case 'license_blocked':
      return adviceOnBlock(license!, license_key)
    case 'license_not_assigned':
      return adviceOnStatus(license!, license_key)
    case 'product_inactive':
      return { says: '', remedies: [remedy('product set', { product: license!.productId, status: 'active' })] }
    case 'license_expired':
      if (license!.revokedAt) return none
      return { says: 'More time:', remedies: [remedy('license extend', { license_key, by: '30d' })] }
    case 'no_activation_found':
      return { says: 'The device has to ask "activate" first.', remedies: [] }
    case 'activation_limit_reached':
      return adviceOnFull(license!, license_key, explained)
    default:
      return none
  }
}

function adviceOnBlocklist({ block }: DeviceExplanation): LicenseAdvice {
  const reason = block?.reason ? ` because: ${block.reason}` : ''
  const says = `The device is on the blocklist${reason}. Remove it there to let it in again.`
  return { says, remedies: [block ? remedy('blocklist remove', { id: block.id }) : remedy('blocklist list')] }
}

function adviceOnBlock({ revokedAt, replacedBy, blockReason }: License, license_key: string): LicenseAdvice {
  const reason = blockReason ? ` because: ${blockReason}` : ''
  if (!revokedAt) return { says: `It is blocked${reason}.`, remedies: [remedy('license unblock', { license_key })] }
  if (replacedBy !== null) return { says: `It was replaced by ${replacedBy}${reason}.`, remedies: [] }
  const says = `It was revoked for good${reason}. Its owner can be given another key.`
  return { says, remedies: [remedy('license replace', { license_key })] }
}

function adviceOnStatus({ status }: License, license_key: string): LicenseAdvice {
  if (status === 'blocked') return none
  if (status === 'available')
    return { says: 'Assign it to its owner.', remedies: [remedy('license assign', { license_key })] }
  const says = 'It is held out of the stock. Put it back, then assign it to its owner.'
  return { says, remedies: [remedy('license edit', { license_key, status: 'available' })] }
}

function adviceOnFull(
  { activationLimit }: License,
  license_key: string,
  { holders }: DeviceExplanation,
): LicenseAdvice {
  return {
    says: 'All its seats are taken. Free one, or give it more:',
    remedies: [
      ...holders.map(({ identifier }) => remedy('activation deactivate', { license_key, identifier })),
      remedy('license edit', { license_key, activation_limit: activationLimit + 1 }),
    ],
  }
}
