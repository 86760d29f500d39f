import type { Command } from 'commander'
import type { Contract } from '../../db/schema/licensing'
import {
  countContractKeys,
  findContract,
  listContractKeys,
  listContracts,
  mapContractKeyCounts,
} from '../features/contracts/store'
import { listedContract } from '../features/contracts/views'
import { Sorry } from '../kernel/sorry'
import { table } from '../operations/lines'
import { inHouse, withSettings } from './house-command'
import { type Io, report } from './io'

/** `latchkey contract list | show` */
export function contractCommand(program: Command, io: Io) {
  const contract = program.command('contract').description('quotas of keys that resellers draw from')

  withSettings(contract.command('list'), ['data_dir'])
    .description('every contract, and how much of its quota is used')
    .option('--json', 'print them as JSON')
    .action((options) =>
      inHouse(options, io, async ({ db }) => {
        const [rows, counts] = [await listContracts(db.read), await mapContractKeyCounts(db.read)]
        const used = ({ id }: Contract) => counts.get(id) ?? 0
        const headings = ['ID', 'NAME', 'PRODUCT', 'USED', 'QUOTA', 'HOLDER MAY', 'STATE']
        const cells = rows.map((row) => asRow(row, used(row)))
        const lines = table(headings, cells, 'There is no contract yet: POST /api/v1/create-contract makes one.')
        report(io, options, { contracts: rows.map((row) => asJson(row, used(row))) }, lines)
      }),
    )

  withSettings(contract.command('show'), ['data_dir'])
    .description('one contract with its quota, its permissions and its keys')
    .argument('<contract>', 'its id, uuid or contract key')
    .option('--json', 'print it as JSON')
    .action((reference, options) =>
      inHouse(options, io, async ({ db }) => {
        const row = await findContract(db.read, reference)
        if (!row) throw new Sorry(`there is no contract "${reference}": see "latchkey contract list"`, 'missing')
        const used = await countContractKeys(db.read, row.id)
        const keys = await listContractKeys(db.read, row.id)
        const license_keys = keys.map(({ licenseKey, status }) => ({ license_key: licenseKey, status }))
        report(io, options, { ...asJson(row, used), license_keys }, [
          `Contract ${row.id} "${row.name}", ${row.status}, for product ${row.productId}`,
          `  information  ${row.information}`,
          `  contract key ${row.contractKey}`,
          `  uuid         ${row.uuid}`,
          `  quota        ${used} of ${row.licenseKeysQuantity} used, ${row.licenseKeysQuantity - used} left`,
          `  holder may   ${permissionsOf(row)}`,
          '',
          ...table(
            ['KEY', 'STATUS'],
            keys.map(({ licenseKey, status }) => [licenseKey, status]),
            'No key was drawn from it yet.',
          ),
        ])
      }),
    )
}

const asJson = (row: Contract, used: number) => ({
  ...listedContract(row, used),
  uuid: row.uuid,
  license_keys_remaining: row.licenseKeysQuantity - used,
})

const asRow = (row: Contract, used: number) => [
  String(row.id),
  row.name,
  String(row.productId),
  String(used),
  String(row.licenseKeysQuantity),
  permissionsOf(row),
  row.status,
]

function permissionsOf({ canGetInfo, canGenerate, canDestroy, canDestroyAll }: Contract) {
  const all = { 'get-info': canGetInfo, generate: canGenerate, destroy: canDestroy, 'destroy-all': canDestroyAll }
  const granted = Object.entries(all).flatMap(([name, isGranted]) => (isGranted ? [name] : []))
  return granted.join(', ') || 'nothing'
}
