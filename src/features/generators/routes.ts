import { Elysia } from 'elysia'
import { endpoint, gate, lookup } from '../../access/gate'
import type { Deps } from '../../deps'
import { createOrDrawLicenseKeys } from './issue'
import { GeneratorFilter, KeysOrder, LicenseKeysWanted } from './model'
import { generate, getAllGenerators } from './service'

export const generatorRoutes = (deps: Deps) =>
  new Elysia({ tags: ['Generators'] })
    .use(gate(deps))
    .get(
      '/get-all-generators',
      ({ query }) => getAllGenerators(deps.db.read, query),
      lookup('get-all-generators', GeneratorFilter, {
        summary: 'List all generators, or those of one product',
        says: ['all_generators'],
      }),
    )
    .post(
      '/generate',
      ({ body, admitted }) => deps.once.perform(admitted, (tx) => generate(tx, body, admitted.now)),
      endpoint('generate', KeysOrder, {
        summary: 'Generate licence keys and put them in stock',
        says: ['generated_license_keys', 'generator_not_found_assign', 'generation_failed'],
      }),
    )
    .post(
      '/create-license-keys',
      ({ body, admitted }) => deps.once.perform(admitted, (tx) => createOrDrawLicenseKeys(tx, body, admitted.now)),
      endpoint('create-license-keys', LicenseKeysWanted, {
        summary: 'Create licence keys, given or generated, and put them in stock',
        says: [
          'license_keys_creation_result',
          'no_license_keys_created',
          'incorrect_data_license_create',
          'generation_failed',
        ],
      }),
    )
