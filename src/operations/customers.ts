import { Type } from '@sinclair/typebox'
import { findText } from '../database/find-text'
import { text } from '../intake/model'
import { counted } from '../kernel/counted'
import { OperatorError } from '../kernel/operator-error'
import { customerExport } from '../upkeep/customer/export'
import { countsOf, findCustomer, isKnown, requireAddress } from '../upkeep/customer/find'
import { countTraces } from '../upkeep/customer/traces'
import { CustomerTracesView, CustomerView, PersonalDataView } from '../upkeep/customer/view'
import { countTracesAside, erase } from './customer-erasure'
import { customerLicenses } from './customer-licenses'
import { facts } from './lines'
import { type OperationContext, operation, type Subject } from './operation'
import { revealOwner } from './reveal'

const Person = Type.Object({
  email: text({ maxLength: 320, description: 'The e-mail address of the person, in upper or lower case.' }),
})

const show = operation({
  command: 'customer show',
  route: 'GET /customers/:email',
  role: 'viewer',
  summary: 'show how much data is stored about a person, and where, by e-mail address',
  input: Person,
  output: CustomerView,
  async run({ db }, { email }) {
    const found = await requireCustomer(db.read, email)
    return { email, license_keys: found.keys, ...countsOf(found), mentioned_in: findText(db.read, email) }
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
  run: async ({ db }, { email }) => ({ email, ...customerExport(await requireCustomer(db.read, email)) }),
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
  run: async ({ folder, isServer }, { email }) => ({
    email: requireAddress(email),
    traces: isServer ? await countTracesAside(folder, email) : await countTraces(folder, email),
  }),
  show: ({ email, traces }) => [`The files of the database hold ${email} ${counted(traces, 'time')}.`],
})

export const customers = {
  name: 'customer',
  about: 'all licences of a person, and the data stored about them',
  operations: [show, revealOwner, exporting, traces, erase, ...customerLicenses],
} as const satisfies Subject

async function requireCustomer(db: OperationContext['db']['read'], email: string) {
  const found = await findCustomer(db, email)
  if (!isKnown(found))
    throw new OperatorError(`there is nothing of a person with the e-mail address ${email}`, 'not_found')
  return found
}
