import { counted } from '../../kernel/counted'
import { message, remedy } from '../../kernel/message'
import type { Check } from './check'
import { listAssignedTwice, listDoubleKeys, listDoubleSeats, listOddDates, listOverdrawn, listOverfull } from './store'

export const licensing: readonly Check[] = [
  {
    name: 'keys',
    promise: 'no key is there twice or given away twice, and each has the date that its state asks for',
    remedy: message`see what happened with ${remedy('audit list', { subject: 'license' })}; give one of the owners another key`,
    async find({ database: { read } }) {
      return [
        ...(await listDoubleKeys(read)).map(({ licenseKey, ids }) => `licences ${ids} have the same key ${licenseKey}`),
        ...(await listAssignedTwice(read)).map(
          ({ licenseId, entry }) =>
            `licence ${licenseId} was assigned again although it was not in stock: audit entry ${entry}`,
        ),
        ...(await listOddDates(read)).map(({ id, status }) =>
          status === 'assigned'
            ? `licence ${id} is assigned, but has no date of assignment`
            : `licence ${id} is ${status}, but has a date of assignment`,
        ),
      ]
    },
  },
  {
    name: 'seats',
    promise: 'no licence has more active devices than seats, and no device two seats of one licence',
    remedy: message`free a seat with ${remedy('activation deactivate')}, or raise the limit of the licence`,
    async find({ database: { read } }) {
      return [
        ...(await listOverfull(read)).map(
          ({ id, seats, limit }) => `licence ${id} has ${counted(seats, 'device')} on ${counted(limit, 'seat')}`,
        ),
        ...(await listDoubleSeats(read)).map(
          ({ licenseId, ids }) => `licence ${licenseId} has one device on two seats: activations ${ids}`,
        ),
      ]
    },
  },
  {
    name: 'contracts',
    promise: 'no contract has more keys than its quota',
    remedy: 'raise the quota of the contract, or destroy keys of it',
    find: async ({ database: { read } }) =>
      (await listOverdrawn(read)).map(
        ({ id, keys, quota }) => `contract ${id} has ${counted(keys, 'key')}, and a quota of ${quota}`,
      ),
  },
]
