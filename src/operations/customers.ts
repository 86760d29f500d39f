import { Type } from '@sinclair/typebox'
import { findText } from '../database/find-text'
import { addressOf, customerReference } from '../features/support/customer-reference'
import { counted } from '../kernel/counted'
import { OperatorError } from '../kernel/operator-error'
import { customerExport } from '../upkeep/customer/export'
import { countsOf, findCustomer, isKnown, requireAddress } from '../upkeep/customer/find'
import { countTraces } from '../upkeep/customer/traces'
import { CustomerDataView, CustomerTracesView, PersonalDataView } from '../upkeep/customer/view'
import { countTracesAside, erase } from './customer-erasure'
import { customerIdentity } from './customer-identity'
import { customerLicenses } from './customer-licenses'
import { customerLists } from './customer-list'
import { facts } from './lines'
import { type OperationContext, operation, type Subject } from './operation'
import { revealOwner } from './reveal'

const Person = Type.Object({ email: customerReference() })

const data = operation({
  command: 'customer data',
  route: 'GET /customers/:email/data',
  role: 'viewer',
  summary: 'show how much data is stored about a person, and where, by e-mail address',
  input: Person,
  output: CustomerDataView,
  async run({ db }, { email: reference }) {
    const email = await addressOf(db.read, reference)
    const found = await requireCustomer(db.read, email)
    return { email, license_keys: found.keys, ...countsOf(found), mentioned_in: await findText(db.read, email) }
  },
  show: ({ mentioned_in, ...shown }) => [
    ...facts(shown),
    ...(mentioned_in.length ? ['', 'The address itself stands in:'] : []),
    ...mentioned_in.map(({ column, rows }) => `  ${column}, ${counted(rows, 'row')}`),
  ],
})

const exporting = operation({
  command: 'customer export',
  route: 'GET /customers/:email/export',
  role: 'owner',
  summary: 'export all data stored about a person, as JSON',
  input: Person,
  output: PersonalDataView,
  async run({ db }, { email: reference }) {
    const email = await addressOf(db.read, reference)
    return { email, ...customerExport(await requireCustomer(db.read, email)) }
  },
  show: (value) => [JSON.stringify(value, null, 2)],
})

const traces = operation({
  command: 'customer traces',
  route: 'GET /customers/:email/traces',
  role: 'viewer',
  summary:
    'count the occurrences of an e-mail address in the database files, deleted rows and the write-ahead log included',
  input: Person,
  output: CustomerTracesView,
  async run({ db, folder, isServer }, { email: reference }) {
    const email = requireAddress(await addressOf(db.read, reference))
    return { email, traces: isServer ? await countTracesAside(folder, email) : await countTraces(folder, email) }
  },
  show: ({ email, traces }) => [`The files of the database hold ${email} ${counted(traces, 'time')}.`],
})

export const customers = {
  name: 'customer',
  about: 'customers, all licences of one, and the data stored about them',
  operations: [...customerLists, ...customerIdentity, ...customerLicenses, revealOwner, data, exporting, traces, erase],
} as const satisfies Subject

async function requireCustomer(db: OperationContext['db']['read'], email: string) {
  const found = await findCustomer(db, email)
  if (!isKnown(found))
    throw new OperatorError(`there is nothing of a person with the e-mail address ${email}`, 'not_found')
  return found
}
