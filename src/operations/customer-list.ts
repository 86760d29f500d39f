import { Type } from '@sinclair/typebox'
import { customerSorts, listCustomers, listUnaddressed } from '../features/support/customer-list'
import { customerPage } from '../features/support/customer-page'
import { addressOf, customerReference } from '../features/support/customer-reference'
import { CustomerPageView, ListedCustomerView, UnaddressedLicenseView } from '../features/support/customer-view'
import { text } from '../intake/model'
import { facts, minute, minuteUtc, table } from './lines'
import { listing } from './listing'
import { operation } from './operation'
import { productCell, productIdsIn } from './product-names'

const list = listing({
  command: 'customer list',
  route: 'GET /customers',
  summary: 'list customers, each with the licences of one e-mail address',
  plural: 'customers',
  row: ListedCustomerView,
  filters: Type.Object({
    text: Type.Optional(
      text({
        maxLength: 320,
        description: 'A part of the address or name, in upper or lower case; those that begin with it come first.',
      }),
    ),
  }),
  sorts: customerSorts,
  page: ({ db, isServer = false }, { text: sought }, wanted) =>
    listCustomers(() => db.read, sought?.trim() || undefined, { ...wanted, isBounded: isServer }),
  columns: {
    ADDRESS: ({ email }) => email,
    NAME: ({ name }) => name ?? '–',
    LICENCES: ({ licenses }) => String(licenses),
    DEVICES: ({ seats_taken }) => String(seats_taken),
    'LAST SEEN (UTC)': ({ last_seen_at }) => (last_seen_at ? minute(last_seen_at) : 'never'),
  },
  none: 'No customer matches.',
})

const unaddressed = listing({
  command: 'customer unaddressed',
  route: 'GET /unaddressed-licenses',
  summary: 'list licences whose owner has a name, but no e-mail address',
  plural: 'licenses',
  row: UnaddressedLicenseView,
  filters: Type.Object({
    name: Type.Optional(text({ description: 'Names that begin with this, in upper or lower case.' })),
  }),
  sorts: ['owner_name', 'id'],
  page: ({ db }, { name }, wanted) => listUnaddressed(db.read, name, wanted),
  columns: {
    NAME: ({ owner_name }) => owner_name,
    'LICENCE KEY': ({ license_key }) => license_key,
    PRODUCT: productCell,
    STATUS: ({ status }) => status,
    'ASSIGNED (UTC)': ({ assigned_at }) => (assigned_at ? minute(assigned_at) : '–'),
  },
  none: 'No licence matches: each owner has an e-mail address.',
})

const show = operation({
  command: 'customer show',
  route: 'GET /customers/:email',
  role: 'viewer',
  summary: 'show a customer: their licences, seats and devices',
  input: Type.Object({ email: customerReference() }),
  output: CustomerPageView,
  run: async ({ db, now }, { email }) => customerPage(db.read, await addressOf(db.read, email), now),
  productIds: ({ license_list }) => productIdsIn(license_list),
  show: (page, names) => [
    ...facts({
      address: page.email,
      name: page.name,
      'other names': page.other_names,
      licences: page.licenses,
      seats: `${page.seats_taken} of ${page.seats ?? 'any number'} taken`,
      'last seen': page.last_seen_at ? minuteUtc(page.last_seen_at) : 'never',
    }),
    '',
    ...table(
      ['LICENCE KEY', 'PRODUCT', 'STATE', 'SEATS', 'ENDS (UTC)'],
      page.license_list.map((license) => [
        license.license_key,
        productCell(license, names),
        license.state,
        `${license.seats_taken} of ${license.activation_limit > 0 ? license.activation_limit : 'any'}`,
        license.expires_at ? minute(license.expires_at) : '–',
      ]),
      '',
    ),
    '',
    ...table(
      ['DEVICE', 'SEAT', 'LICENCE KEY', 'SINCE (UTC)', 'LAST VERIFIED'],
      page.devices.map((device) => [
        device.identifier,
        device.status === 'active' ? 'taken' : 'freed',
        device.license_key,
        minute(device.activated_at),
        device.last_verified_at ? minute(device.last_verified_at) : 'never',
      ]),
      'No device has taken a seat.',
    ),
  ],
})

/** Operations that find customers. */
export const customerLists = [list, show, unaddressed] as const
