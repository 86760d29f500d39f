import { Type } from '@sinclair/typebox'
import { type Contract, licenses } from '../../db/schema/licensing'
import type { Queryable } from '../database/connection'
import { dropContract, editContract, makeContract, requireContract } from '../features/contracts/operator'
import { ContractEdit, contractReference, NewContract } from '../features/contracts/operator-model'
import { ContractKeyView, ContractView, contractKeyView, contractView } from '../features/contracts/operator-view'
import {
  countContractKeys,
  listLatestKeys,
  mapContractKeyCounts,
  pageContractKeys,
  pageContracts,
} from '../features/contracts/service'
import { productReference } from '../features/products/model'
import { requireProduct } from '../features/products/service'
import { choice } from '../intake/model'
import { counted } from '../kernel/counted'
import { view, word } from '../kernel/view'
import { contractLines, maskedFor, permissionsOf } from './contract-lines'
import { minute, table } from './lines'
import { listing } from './listing'
import { operation, type Subject } from './operation'
import { productCell } from './product-names'

const keysShownMax = 100

const Choice = Type.Object({ contract: contractReference() })

const create = operation({
  command: 'contract create',
  route: 'POST /contracts',
  role: 'operator',
  summary: 'create a contract: a reseller may generate keys of a product, up to a quota',
  input: NewContract,
  output: ContractView,
  async run({ db, now }, draft) {
    const contract = await db.write((tx) => makeContract(tx, draft, now))
    return contractView(contract, 0)
  },
  show: contractLines,
})

const list = listing({
  command: 'contract list',
  route: 'GET /contracts',
  summary: 'list all contracts, and how much of each quota is used',
  plural: 'contracts',
  row: ContractView,
  filters: Type.Object({
    product: Type.Optional(productReference('Only those for this product: its id, uuid, slug or name.')),
    status: Type.Optional(choice(['active', 'inactive'], { description: 'Only those with this status.' })),
  }),
  sorts: ['id', 'name', 'updated_at'],
  async page({ db, user }, { product, status }, wanted) {
    const productId = product === undefined ? undefined : (await requireProduct(db.read, product)).id
    const { rows, next } = await pageContracts(db.read, { productId, status }, wanted)
    const used = await mapContractKeyCounts(
      db.read,
      rows.map(({ id }) => id),
    )
    return { rows: rows.map((row) => maskedFor(user, contractView(row, used.get(row.id) ?? 0))), next }
  },
  columns: {
    ID: ({ id }) => String(id),
    NAME: ({ name }) => name,
    PRODUCT: productCell,
    USED: ({ license_keys_count }) => String(license_keys_count),
    QUOTA: ({ license_keys_quantity }) => String(license_keys_quantity),
    'HOLDER MAY': permissionsOf,
    STATE: ({ status }) => status,
  },
  none: 'There is no contract: latchkey contract create --product 1 --name Reseller --quantity 100',
})

const show = operation({
  command: 'contract show',
  route: 'GET /contracts/:contract',
  role: 'viewer',
  summary: 'show a contract: quota, permissions and its latest 100 keys',
  input: Choice,
  output: view('ContractPage', {
    ...ContractView.properties,
    license_keys: Type.Array(Type.Object({ license_key: Type.String(), status: word(licenses.status.enumValues) })),
  }),
  async run({ db, user }, { contract: reference }) {
    const contract = await requireContract(db.read, reference)
    const keys = await listLatestKeys(db.read, contract.id, keysShownMax)
    const license_keys = keys.toReversed().map(({ licenseKey, status }) => ({ license_key: licenseKey, status }))
    return { ...maskedFor(user, await withUse(db.read, contract)), license_keys }
  },
  show: ({ license_keys, ...contract }) => [
    ...contractLines(contract),
    '',
    ...table(
      ['KEY', 'STATUS'],
      license_keys.map(({ license_key, status }) => [license_key, status]),
      'No key was drawn from it yet.',
    ),
    ...(license_keys.length < contract.license_keys_count
      ? ['', `All of them: latchkey contract keys ${contract.id}`]
      : []),
  ],
})

const keys = listing({
  command: 'contract keys',
  route: 'GET /contracts/:contract/keys',
  summary: 'list the licence keys drawn from a contract, for example as CSV',
  plural: 'license_keys',
  row: ContractKeyView,
  filters: Type.Object({
    ...Choice.properties,
    status: Type.Optional(choice(licenses.status.enumValues, { description: 'Only those with this status.' })),
  }),
  sorts: ['id', 'license_key'],
  async page({ db }, { contract: reference, status }, wanted) {
    const { id } = await requireContract(db.read, reference)
    const { rows, next } = await pageContractKeys(db.read, { contractId: id, status }, wanted)
    return { rows: rows.map(contractKeyView), next }
  },
  columns: {
    'LICENCE KEY': ({ license_key }) => license_key,
    STATUS: ({ status }) => status,
    OWNER: ({ owner_name, owner_email }) => [owner_name, owner_email].filter(Boolean).join(' · ') || '–',
    'DRAWN (UTC)': ({ created_at }) => minute(created_at),
    'ASSIGNED (UTC)': ({ assigned_at }) => (assigned_at ? minute(assigned_at) : '–'),
  },
  none: 'No key was drawn from it yet.',
})

const edit = operation({
  command: 'contract edit',
  route: 'PATCH /contracts/:contract',
  role: 'operator',
  summary: 'change a contract; fields you leave out keep their values',
  input: ContractEdit,
  output: ContractView,
  run: ({ db, now }, changes) => db.write(async (tx) => withUse(tx, await editContract(tx, changes, now))),
  show: contractLines,
})

const remove = operation({
  command: 'contract delete',
  route: 'DELETE /contracts/:contract',
  role: 'operator',
  summary: 'permanently delete a contract; its keys stay, without a contract',
  input: Choice,
  output: ContractView,
  async loses({ contract: reference }, { db }) {
    const { id, name } = await requireContract(db.read, reference)
    const used = await countContractKeys(db.read, id)
    return `This deletes contract ${id} "${name}" for good; the ${counted(used, 'key drawn from it stays', 'keys drawn from it stay')}.`
  },
  run: async ({ db, now }, { contract }) => contractView(await db.write((tx) => dropContract(tx, contract, now)), 0),
  show: ({ id, name }) => [`Contract ${id} "${name}" is gone; its keys stay.`],
})

export const contractOperations = {
  name: 'contract',
  about: 'quotas of keys that resellers draw from',
  operations: [create, list, show, keys, edit, remove],
} as const satisfies Subject

const withUse = async (db: Queryable, contract: Contract) =>
  contractView(contract, await countContractKeys(db, contract.id))
