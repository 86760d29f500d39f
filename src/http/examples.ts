import type { Answer } from '../kernel/answers'

const moment = '2024-02-24T16:57:17.000000Z'
const meta = [{ key: 'edition', value: 'pro' }]
const key = '19d4c2a0-b2ee-47a9-9fa7-f8befcc142fd'

const product = {
  id: 1,
  external_reference: '',
  source: 'internal',
  name: 'My App',
  post_url: '',
  description: 'What I sell',
  status: 'active',
  require_non_expired: 0,
  created_at: moment,
  updated_at: moment,
  meta_data: meta,
}

const license = {
  id: 7,
  product_id: 1,
  license_key: key,
  owner_name: 'Ada',
  owner_email: 'ada@example.com',
  activation_limit: 2,
  validity: 365,
  assigned_at: '2024-02-24T16:57:17.829000Z',
  status: 'assigned',
  created_at: moment,
  updated_at: moment,
}

const contract = {
  id: 3,
  name: 'Reseller',
  information: 'Hundred keys',
  contract_key: '6dabe9fa-3512-49b4-beb5-7f837b510ec3',
  license_keys_quantity: 100,
  product_id: 1,
  can_get_info: 1,
  can_generate: 1,
  can_destroy: 1,
  can_destroy_all: 0,
  status: 'active',
  created_at: moment,
  updated_at: moment,
  license_keys_count: 12,
}

const changelog = {
  product: { name: 'My App', slug: 'my-app' },
  changelog: [{ version: '1.0.2', release_date: '2024-02-27 00:00:00', update_summary: 'Fixes', changelog: 'Fixes' }],
}

const errors = { name: ['The name field is required.'] }

/** An example of what an answer carries between `message` and `timestamp`, for those that carry anything. */
export const payloads: { readonly [A in Answer]?: object } = {
  metadata_created: { meta_id: 1 },
  metadata_updated: { meta_id: 1 },
  active_license_found: {
    licenseKey: {
      id: 7,
      license_key: key,
      owner_name: 'Ada',
      owner_email: 'ada@example.com',
      activation_limit: 2,
      validity: 365,
      assigned_at: '2024-02-24 16:57:17',
      meta_data: meta,
      expires_at: '2025-02-23 16:57:17',
    },
    product: {
      id: 1,
      external_reference: '',
      source: 'internal',
      name: 'My App',
      post_url: '',
      description: 'What I sell',
      meta_data: meta,
    },
  },
  license_file_retrieved: { licFileContent: 'base64…' },
  downloads: {
    downloadables: [
      {
        id: 2,
        product_id: 1,
        numeric_version: 102,
        version: '1.0.2',
        update_summary: 'Fixes',
        changelog: 'Fixes',
        published: 1,
        release_date: '2024-02-27 00:00:00',
        download_counter: 0,
        url: 'https://keys.example.com/api/v1/download/token/19d4c2a0-b2ee-47a9-9fa7-f8befcc142fd/bXktbGFwdG9w/102',
      },
    ],
  },
  incorrect_data_product_create: { errors },
  incorrect_data_product_update: { errors },
  incorrect_data_license_create: { errors: { product_id: ['The selected product id is invalid.'] } },
  incorrect_data_license_update: { errors: { status: ['The selected status is invalid.'] } },
  license_keys_list: { license_keys: [license], next_page: 2 },
  available_license_keys_count: { count: 696 },
  product_created: { product_id: 1 },
  insufficient_license_keys: { available_quantity: 5 },
  license_keys_assigned: { license_keys: [{ ...license, contract_id: null, meta_data: [] }] },
  all_products: { products: [product] },
  generated_license_keys: { licenseKeys: [key] },
  all_generators: {
    products: [
      {
        id: 1,
        product_id: 1,
        method: 'chunk-system',
        prefix: '',
        suffix: '',
        function_name: '',
        number_of_chunks: 4,
        chunk_length: 4,
        activation_limit: 1,
        validity: 365,
        status: 1,
        charset: '0123456789ABCDEF',
        created_at: moment,
        updated_at: moment,
      },
    ],
  },
  incorrect_data_contract: { errors: { contract_name: 'Contract name is required.' } },
  correct_format_telemetry_saved: { errors: [] },
  incorrect_format_telemetry_saved: { errors: { data_type: ['The data type field is required.'] } },
  contract_created: { contract },
  contract_updated: { contract },
  all_contracts: { contracts: [contract] },
  contract_found: { contract },
  contract_license_keys_generated: { license_keys: [key] },
  license_keys_creation_result: { created: 3, duplicate: 1 },
  telemetry_data_found: {
    data: [
      {
        id: 1,
        user_identifier: 'u-1',
        license_key: key,
        activation_identifier: 'my-laptop',
        product_id: 1,
        product_version: '1.0.2',
        data_type: 'numeric-single-value',
        data_group: 'starts',
        data: '50',
        is_correct_format: 1,
        license_key_exists: 1,
        product_exists: 1,
        product_version_exists: 1,
        has_red_flags: 0,
        created_at: moment,
        updated_at: moment,
      },
    ],
  },
  changelog_retrieved: changelog,
  malformed_request: { detail: 'The body is not valid JSON.' },
  request_too_large: { detail: 'The body may have 1 MiB at most.' },
  too_many_requests: { retry_after: 12 },
}

/** An example of what a field may hold, by the field's name. */
export const fields: Record<string, unknown> = {
  license_key: key,
  license_keys: [key],
  identifier: 'my-laptop',
  product_id: '1',
  post_url: 'https://app.example.com/deactivated',
  owner_name: 'Ada',
  owner_email: 'ada@example.com',
  customer_email: 'ada@example.com',
  activation_limit: 2,
  validity: 365,
  status: 'active',
  assigned_at: '2024-02-24 16:57:17',
  source: 'internal',
  name: 'My App',
  description: 'What I sell',
  require_non_expired: 0,
  external_reference: '',
  search: 'ada@',
  page: 1,
  per_page: 100,
  quantity: 3,
  generate: 0,
  generator_id: '1',
  webhook_url: 'https://shop.example.com/?keys=secret',
}
