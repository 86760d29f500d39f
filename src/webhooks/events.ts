/** The events an operator can subscribe to (CONTRACT §5). */
export const events = [
  'license.created',
  'license.updated',
  'license.deleted',
  'license.assigned',
  'license.activated',
  'license.deactivated',
  'license.suspended',
  'license.expired',
  'license.revoked',
  'activation.created',
  'activation.deleted',
  'activation.failed',
  'product.created',
  'product.updated',
  'product.deleted',
  'contract.created',
  'contract.updated',
  'contract.deleted',
  'contract.suspended',
  'telemetry.received',
  'telemetry.flagged',
] as const

export type Event = (typeof events)[number]
