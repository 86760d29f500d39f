import { activationsTable, licenseMetaTable } from './activations'
import { apiKeysTable } from './api-keys'
import { blocklistTable } from './blocklist'
import { contractsTable } from './contracts'
import { generatorsTable } from './generators'
import { licensesTable } from './licenses'
import { productMetaTable } from './product-meta'
import { productsTable } from './products'
import { signingKeysTable } from './signing-keys'
import { type Table, type TableName, tableNames } from './table'
import { webhooksTable } from './webhooks'

export const tables: Readonly<Record<TableName, Table>> = {
  products: productsTable,
  product_meta: productMetaTable,
  generators: generatorsTable,
  contracts: contractsTable,
  licenses: licensesTable,
  license_meta: licenseMetaTable,
  activations: activationsTable,
  blocklist: blocklistTable,
  webhooks: webhooksTable,
  api_keys: apiKeysTable,
  signing_keys: signingKeysTable,
}

/** The names of these tables on other servers. */
const namesElsewhere: Readonly<Record<string, TableName>> = {
  license_keys: 'licenses',
  licence_keys: 'licenses',
  licences: 'licenses',
  keys: 'licenses',
  license_key_meta: 'license_meta',
  license_key_metas: 'license_meta',
  license_keys_meta: 'license_meta',
  license_metas: 'license_meta',
  product_metas: 'product_meta',
  products_meta: 'product_meta',
  license_activations: 'activations',
  license_key_activations: 'activations',
  blocked: 'blocklist',
}

/** The table with that name, ours or another server's; undefined if there is none. */
export function tableNamed(name: string): Table | undefined {
  const usual = name.toLowerCase().replace(/[^a-z0-9]+/g, '_')
  const here = tableNames.find((known) => known === usual) ?? namesElsewhere[usual]
  return here && tables[here]
}
