import type { Product } from '../../db/schema/catalog'
import type { Contract, License, TelemetryRecord } from '../../db/schema/licensing'
import { announcedContract } from '../features/contracts/views'
import { expiryOf } from '../features/licenses/policy'
import { telemetryRecordView } from '../features/telemetry/view'
import type { Event } from '../webhooks/events'
import { freedSeatPayload, licensePayload, productPayload, refusedSeatPayload, seatPayload } from '../webhooks/payloads'

const createdAt = new Date('2030-01-31T12:00:00Z')
const updatedAt = new Date('2030-02-28T09:30:00Z')

const product: Product = {
  id: 1,
  uuid: '0b3a4c1e-7d52-4f0e-9a61-2f4f6f3a9c10',
  slug: 'my-app',
  externalReference: '',
  source: 'internal',
  name: 'My App',
  description: 'Counts things',
  postUrl: '',
  status: 'active',
  requireNonExpired: 0,
  changelogEnabled: 1,
  features: [],
  offlineGraceDays: 30,
  lowStock: 0,
  createdAt,
  updatedAt,
}

const license: License = {
  id: 7,
  productId: product.id,
  licenseKey: 'AAAA-1111-BBBB-2222',
  ownerName: 'Ada Lovelace',
  ownerEmail: 'ada@example.com',
  activationLimit: 2,
  validity: 365,
  assignedAt: createdAt,
  status: 'assigned',
  revokedAt: null,
  blockReason: null,
  blockedFrom: null,
  replacedBy: null,
  contractId: null,
  withheld: 0,
  generatorId: null,
  features: {},
  createdAt,
  updatedAt: createdAt,
}

const contract: Contract = {
  id: 3,
  uuid: '5d5b0f0a-58d7-4a43-8a5f-0c6d7c8f2b11',
  name: 'Reseller',
  information: 'One hundred keys a year',
  contractKey: '',
  licenseKeysQuantity: 100,
  productId: product.id,
  canGetInfo: 1,
  canGenerate: 1,
  canDestroy: 0,
  canDestroyAll: 0,
  status: 'active',
  createdAt,
  updatedAt,
}

const report: TelemetryRecord = {
  id: 41,
  userIdentifier: 'user-9',
  licenseKey: license.licenseKey,
  activationIdentifier: 'my-laptop',
  productId: String(product.id),
  productVersion: '1.0.2',
  dataType: 'text',
  dataGroup: 'starts',
  data: 'started',
  isCorrectFormat: 1,
  licenseKeyExists: 1,
  productExists: 1,
  productVersionExists: 1,
  hasRedFlags: 0,
  createdAt: updatedAt,
  ip: '203.0.113.7',
  hwid: null,
  country: null,
  flags: null,
  metadata: null,
}

const seat = {
  licenseId: license.id,
  licenseKey: license.licenseKey,
  productId: product.id,
  identifier: 'my-laptop',
}

const ofLicense = (changes: Partial<License> = {}) => {
  const changed = { ...license, ...changes }
  return licensePayload(changed, expiryOf(changed))
}
const ofContract = (changes: Partial<Contract> = {}, used = 12) => announcedContract({ ...contract, ...changes }, used)
const later = { updatedAt }

interface Catalogued {
  summary: string
  payload: object
}

/** What each event says, and a payload as the code that announces it makes it. */
export const eventExamples: Readonly<Record<Event | 'webhook.ping', Catalogued>> = {
  'license.created': { summary: 'A licence was made, by hand, import, generator or contract.', payload: ofLicense() },
  'license.updated': { summary: 'Something about a licence changed.', payload: ofLicense({ ...later, validity: 730 }) },
  'license.deleted': { summary: 'A licence is gone, as it was last.', payload: ofLicense() },
  'license.assigned': { summary: 'A licence has an owner now.', payload: ofLicense() },
  'license.activated': { summary: 'A device took a seat; sent with activation.created.', payload: seatPayload(seat) },
  'license.deactivated': {
    summary: 'A seat was freed, by the device or an operator; sent with activation.deleted.',
    payload: freedSeatPayload(seat, 'operator'),
  },
  'license.suspended': { summary: 'A licence was blocked.', payload: ofLicense({ ...later, status: 'blocked' }) },
  'license.expired': {
    summary: 'The term of a licence has ended.',
    payload: ofLicense({ validity: 28, updatedAt: createdAt }),
  },
  'license.revoked': {
    summary: 'A licence was revoked, for good.',
    payload: ofLicense({ ...later, status: 'blocked', revokedAt: updatedAt }),
  },
  'activation.created': { summary: 'A device took a seat.', payload: seatPayload(seat) },
  'activation.deleted': { summary: 'A seat was freed.', payload: freedSeatPayload(seat, 'device') },
  'activation.failed': {
    summary: 'A device was refused a seat, with the answer it got.',
    payload: refusedSeatPayload(seat, { code: 302, message: 'License key reached activation limit' }),
  },
  'product.created': { summary: 'A product was made.', payload: productPayload({ ...product, updatedAt: createdAt }) },
  'product.updated': { summary: 'Something about a product changed.', payload: productPayload(product) },
  'product.deleted': { summary: 'A product is gone, with its licences.', payload: productPayload(product) },
  'contract.created': { summary: 'A contract was made.', payload: ofContract({ updatedAt: createdAt }, 0) },
  'contract.updated': { summary: 'Something about a contract changed.', payload: ofContract() },
  'contract.deleted': { summary: 'A contract is gone; its keys stay.', payload: ofContract() },
  'contract.suspended': { summary: 'A contract became inactive.', payload: ofContract({ status: 'inactive' }) },
  'telemetry.received': { summary: 'Your software reported something.', payload: telemetryRecordView(report) },
  'telemetry.flagged': {
    summary: 'A report has red flags, such as a key that does not exist.',
    payload: telemetryRecordView({ ...report, licenseKeyExists: 0, hasRedFlags: 1 }),
  },
  'webhook.ping': {
    summary: 'A test, sent on request whatever a webhook subscribes to.',
    payload: { sent_at: createdAt.toISOString() },
  },
}
