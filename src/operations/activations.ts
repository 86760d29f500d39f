import { Type } from '@sinclair/typebox'
import { identifier } from '../features/activations/model'
import { countSeatsTaken, deactivateAllByOperator, deactivateByOperator } from '../features/activations/service'
import { ListedActivationView, listSeats } from '../features/activations/views'
import { requireLicense } from '../features/licenses/operator'
import { licenseReference } from '../features/licenses/operator-model'
import { productReference } from '../features/products/model'
import { requireProduct } from '../features/products/service'
import { seatsOf } from '../features/support/state'
import { choice, toggle } from '../intake/model'
import { fieldRef, message, remedy } from '../kernel/message'
import { OperatorError } from '../kernel/operator-error'
import { word } from '../kernel/view'
import { minute } from './lines'
import { listing } from './listing'
import { operation, type Subject } from './operation'

const list = listing({
  command: 'activation list',
  route: 'GET /activations',
  bare: ['license_key'],
  summary: 'list devices that hold or held a seat, on one licence or on all',
  plural: 'activations',
  row: ListedActivationView,
  filters: Type.Object({
    license_key: Type.Optional(licenseReference()),
    product: Type.Optional(productReference('Only those on licences of this product: its id, uuid, slug or name.')),
    identifier: Type.Optional(identifier()),
    status: Type.Optional(
      choice(['active', 'inactive'], { description: 'active: the seat is taken; inactive: it was freed.' }),
    ),
  }),
  sorts: ['id', 'last_verified_at'],
  async page({ db, isServer = false }, { license_key, product, identifier: device, status }, wanted) {
    const license = license_key === undefined ? undefined : await requireLicense(db.read, license_key)
    const productId = product === undefined ? undefined : (await requireProduct(db.read, product)).id
    const isTaken = status && status === 'active'
    const filter = { licenseId: license?.id, productId, identifier: device, isTaken }
    return listSeats(() => db.read, filter, { ...wanted, isBounded: isServer })
  },
  columns: {
    DEVICE: (seat) => seat.identifier,
    SEAT: ({ status }) => (status === 'active' ? 'taken' : 'freed'),
    'SINCE (UTC)': ({ activated_at }) => minute(activated_at),
    FREED: ({ deactivated_at }) => (deactivated_at ? minute(deactivated_at) : '–'),
    'LAST VERIFIED': ({ last_verified_at }) => (last_verified_at ? minute(last_verified_at) : '–'),
    ADDRESS: ({ ip }) => ip || '–',
    'LICENCE KEY': (seat) => seat.license_key,
  },
  none: 'No device has taken a seat.',
})

const deactivate = operation({
  command: 'activation deactivate',
  route: 'POST /licenses/:license_key/deactivate',
  bare: ['identifier'],
  role: 'support',
  summary: 'free the seat of one device or of all, and notify each at its post_url or that of its product',
  input: Type.Object({
    license_key: licenseReference(),
    identifier: Type.Optional(identifier()),
    all: Type.Optional(toggle({ description: 'Free every seat of the licence.' })),
  }),
  output: Type.Union([
    Type.Object({ license_key: Type.String(), identifier: Type.String(), status: word(['inactive']) }),
    Type.Object({
      license_key: Type.String(),
      freed: Type.Array(Type.String(), { description: 'The devices whose seats were freed.' }),
    }),
  ]),
  async loses({ license_key, all }, { db }) {
    const license = await requireLicense(db.read, license_key)
    const taken = all ? await countSeatsTaken(db.read, license.id) : 0
    if (!taken) return ''
    const devices = taken === 1 ? 'Its device is' : `Its ${taken} devices are`
    return `Licence key "${license.licenseKey}": ${seatsOf(license, taken)} → ${seatsOf(license, 0)}. ${devices} refused until "activate" is asked again.`
  },
  run: ({ db, now }, { license_key: reference, identifier: device, all }) =>
    db.write(async (tx) => {
      if (Boolean(all) === (device !== undefined)) {
        throw new OperatorError(
          message`say which device to free, or ${fieldRef('all')} for every one of them`,
          'invalid_input',
        )
      }
      const license = await requireLicense(tx, reference)
      const { licenseKey: license_key } = license
      if (device === undefined) return { license_key, freed: await deactivateAllByOperator(tx, license, now) }
      const { answer } = await deactivateByOperator(tx, { license_key, identifier: device }, now)
      if (answer === 'license_deactivated') return { license_key, identifier: device, status: 'inactive' as const }
      throw new OperatorError(
        message`"${device}" holds no seat on this licence: see ${remedy('activation list', { license_key })}`,
      )
    }),
  show: (value) =>
    'freed' in value
      ? [
          value.freed.length
            ? `Free again: ${value.freed.map((device) => `"${device}"`).join(', ')}.`
            : 'No device held a seat.',
        ]
      : [`The seat of "${value.identifier}" is free.`],
})

export const activationOperations = {
  name: 'activation',
  about: 'the devices that hold a seat on a licence',
  operations: [list, deactivate],
} as const satisfies Subject
