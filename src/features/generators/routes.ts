import { Elysia } from 'elysia'
import { endpoint, gate, lookup } from '../../access/gate'
import type { Deps } from '../../deps'
import { createOrDrawLicenseKeys } from './issue'
import { GeneratorFilter, KeysOrder, LicenseKeysWanted } from './model'
import { generate, getAllGenerators } from './service'

export const generators = (deps: Deps) =>
  new Elysia({ tags: ['Generators'] })
    .use(gate(deps))
    .get(
      '/get-all-generators',
      ({ query }) => getAllGenerators(deps.db.read, query),
      lookup('get-all-generators', GeneratorFilter),
    )
    .post(
      '/generate',
      ({ body, visitor }) => deps.once.perform(visitor, (tx) => generate(tx, body, visitor.now)),
      endpoint('generate', KeysOrder),
    )
    .post(
      '/create-license-keys',
      ({ body, visitor }) => deps.once.perform(visitor, (tx) => createOrDrawLicenseKeys(tx, body, visitor.now)),
      { ...endpoint('create-license-keys', LicenseKeysWanted), detail: { tags: ['Licence keys'] } },
    )
