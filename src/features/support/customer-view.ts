import { type Static, Type } from '@sinclair/typebox'
import { licenses } from '../../../db/schema/licensing'
import { counter, nullable, nullableTimestamp, timestamp, view, word } from '../../kernel/view'
import { ListedActivationView } from '../activations/views'
import { ListedLicenseView } from './license-view'

/** A customer: the licences that one e-mail address owns, whatever its case. */
const customer = {
  email: Type.String({ description: 'In lower case.' }),
  license_id: Type.Integer({ description: 'Of their latest licence: "id:" and this names the customer too.' }),
  name: nullable(Type.String({ description: 'As on the latest licence that has one.' })),
  licenses: counter(),
  seats_taken: counter('On the latest thousand licences.'),
  last_seen_at: nullableTimestamp('When a device was last verified.'),
}

export const ListedCustomerView = view('ListedCustomer', customer)

/** All that the support desk needs to know about a customer. */
export const CustomerPageView = view('CustomerPage', {
  ...customer,
  other_names: Type.Array(Type.String(), { description: 'Names on other licences of theirs.' }),
  seats: nullable(counter('Of all licences together; null where one has any number.')),
  license_list: Type.Array(ListedLicenseView, { description: 'The latest thousand.' }),
  devices: Type.Array(ListedActivationView, { description: 'The hundred seen last; seats that are taken come first.' }),
})

/** A licence whose owner is known by name alone. */
export const UnaddressedLicenseView = view('UnaddressedLicense', {
  id: Type.Integer(),
  license_key: Type.String(),
  product_id: Type.Integer(),
  owner_name: Type.String(),
  status: word(licenses.status.enumValues),
  assigned_at: nullableTimestamp(),
  created_at: timestamp(),
})

export type ListedCustomer = Static<typeof ListedCustomerView>
