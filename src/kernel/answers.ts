/**
 * Every answer the server can give: code, HTTP status and message, each declared once (CONTRACT §0, §2).
 *
 * `signer: 'global'` marks answers signed with the global key even when they concern a product that has its own. Codes
 * above 9000 are ours: 9000 + HTTP status, where v1 has no code.
 */
export const answers = {
  // API Key Related
  invalid_api_key: { code: 100, http: 401, message: 'Invalid API Key' },
  inactive_api_key: { code: 101, http: 401, message: 'Inactive API Key' },
  insufficient_permissions: {
    code: 102,
    http: 401,
    message: "The used API key doesn't have the required capability to access this endpoint",
  },
  ip_not_allowed: { code: 103, http: 401, message: "API key can't be used from this IP address" },

  // Access Restrictions
  access_denied: { code: 150, http: 403, message: 'Access denied' },

  // Verify
  valid_license_key: { code: 200, http: 200, message: 'Valid license key' },
  license_not_assigned: { code: 201, http: 200, message: 'This license key is not assigned' },
  no_activation_found: {
    code: 202,
    http: 200,
    message: 'No activation found for this license key/identifier combination',
  },
  product_inactive: {
    code: 203,
    http: 200,
    message: "The product associated with this license key is not active or doesn't exist",
  },
  license_blocked: { code: 204, http: 200, message: 'License key blocked' },
  license_expired: { code: 205, http: 200, message: 'License key expired' },
  envato_purchase_code_added: { code: 206, http: 200, message: 'Envato purchase code added' },
  invalid_license_key: { code: 210, http: 200, message: 'Invalid license key' },
  identifier_required: { code: 215, http: 200, message: 'Identifier is required' },

  // Delete License Key Meta
  meta_key_required_delete: { code: 250, http: 200, message: 'Meta key is required' },
  meta_key_not_exists_delete: { code: 251, http: 200, message: "Meta key doesn't exist" },
  metadata_deleted: { code: 252, http: 200, message: 'Metadata deleted' },

  // Create Product Meta
  product_meta_key_required_create: { code: 270, http: 200, message: 'Meta key is required' },
  product_meta_value_required_create: { code: 271, http: 200, message: 'Meta value is required' },
  product_meta_key_already_exists: { code: 272, http: 200, message: 'Meta key already exists' },
  product_meta_created: { code: 273, http: 200, message: 'Product meta created' },
  product_not_found_meta_create: { code: 274, http: 200, message: 'Product not found' },

  // Activate
  license_activated: { code: 300, http: 200, message: 'License key activated' },
  license_already_active: { code: 301, http: 200, message: 'License key already active' },
  activation_limit_reached: { code: 302, http: 200, message: 'License key reached activation limit' },

  // Update License Key Meta
  meta_key_required_update: { code: 350, http: 200, message: 'Meta key is required' },
  meta_value_required_update: { code: 351, http: 200, message: 'Meta value is required' },
  meta_key_not_exists_update: { code: 352, http: 200, message: "Meta key doesn't exist" },
  metadata_updated: { code: 353, http: 200, message: 'Metadata updated' },

  // Update Product Meta
  product_meta_key_required_update: { code: 370, http: 200, message: 'Meta key is required' },
  product_meta_value_required_update: { code: 371, http: 200, message: 'Meta value is required' },
  product_meta_key_not_exists_update: { code: 372, http: 200, message: "Meta key doesn't exists" },
  product_meta_updated: { code: 373, http: 200, message: 'Product meta updated' },
  product_not_found_meta_update: { code: 374, http: 200, message: 'Product not found' },

  // Deactivate
  license_deactivated: { code: '400', http: 200, message: 'License key deactivated', signer: 'global' },
  license_already_inactive: { code: 401, http: 200, message: 'License key already inactive' },

  // Create License Key Meta
  meta_key_required_create: { code: 450, http: 200, message: 'Meta key is required' },
  meta_value_required_create: { code: 451, http: 200, message: 'Meta value is required' },
  meta_key_already_exists_create: { code: 452, http: 200, message: 'Meta key already exists' },
  metadata_created: { code: 453, http: 200, message: 'Metadata created' },

  // Delete Product Meta
  product_meta_key_required_delete: { code: 480, http: 200, message: 'Meta key is required' },
  product_meta_key_not_exists_delete: { code: 481, http: 200, message: "Meta key doesn't exist" },
  product_meta_deleted: { code: 482, http: 200, message: 'Product meta deleted' },
  product_not_found_meta_delete: { code: 483, http: 200, message: 'Product not found' },

  // Get License Key Details
  active_license_found: { code: 500, http: 200, message: 'Active license key found' },
  license_key_not_found_details: { code: 501, http: 200, message: 'License key not found' },
  license_file_retrieved: { code: 502, http: 200, message: 'License file retrieved successfully' },
  license_file_generation_failed: { code: 503, http: 200, message: 'Failed to generate license file' },

  // Delete Product
  product_deleted: { code: 550, http: 200, message: 'Product deleted', signer: 'global' },
  product_not_found: { code: 551, http: 200, message: 'Product not found', signer: 'global' },

  // Access Downloadables
  downloads: { code: 600, http: 200, message: 'Downloads' },

  // Product Information API
  product_found: { code: 631, http: 200, message: 'Product information retrieved successfully' },
  product_public_key_found: { code: 632, http: 200, message: 'Public key retrieved successfully' },
  product_public_key_not_found: { code: 633, http: 200, message: 'Public key not available for product' },

  // Update Product
  product_updated: { code: 650, http: 200, message: 'Product updated', signer: 'global' },
  incorrect_data_product_update: { code: 651, http: 200, message: 'Incorrect data found', signer: 'global' },

  // Download
  file_not_exists: { code: 700, http: 200, message: "The request file doesn't exist" },
  no_permission_file: { code: 701, http: 200, message: "You don't have permission to access it" },

  // Get License Keys
  license_keys_list: { code: 730, http: 200, message: 'License keys' },

  // Get Available License Keys Count
  product_not_exists_count: { code: 740, http: 200, message: "Product doesn't exist" },
  available_license_keys_count: { code: 741, http: 200, message: 'Available license keys count', signer: 'global' },

  // Create Product
  product_created: { code: 750, http: 200, message: 'Product created', signer: 'global' },
  incorrect_data_product_create: { code: 751, http: 200, message: 'Incorrect data found', signer: 'global' },

  // Assign License Key
  license_key_assigned: { code: 800, http: 200, message: 'License key assigned', signer: 'global' },
  invalid_or_already_assigned: {
    code: 801,
    http: 200,
    message: 'Invalid or already assigned license key',
    signer: 'global',
  },

  // Random Assign License Keys
  insufficient_license_keys: { code: 802, http: 200, message: 'Insufficient license keys' },
  license_keys_assigned: { code: 803, http: 200, message: 'License keys assigned' },
  product_not_found_assign: { code: 805, http: 200, message: 'Product not found' },
  generator_not_found_assign: { code: 806, http: 200, message: 'Generator not found' },
  request_queued: { code: 807, http: 200, message: 'Request Queued' },

  // Get All Products
  all_products: { code: 810, http: 200, message: 'All products' },

  // Generate
  generated_license_keys: { code: 815, http: 200, message: 'Generated license keys' },

  // Get All Generators
  all_generators: { code: 820, http: 200, message: 'All generators' },

  // Create Contract
  incorrect_data_contract: { code: 825, http: 200, message: 'Incorrect data found' },

  // Send Telemetry
  correct_format_telemetry_saved: { code: 830, http: 200, message: 'Correct format data saved' },
  incorrect_format_telemetry_saved: { code: 831, http: 200, message: 'Incorrect format data saved' },

  // Contract CRUD
  contract_created: { code: 841, http: 200, message: 'contract created' },
  contract_updated: { code: 842, http: 200, message: 'contract updated' },
  contract_deleted: { code: 843, http: 200, message: 'contract deleted' },
  contract_not_found: { code: 844, http: 200, message: 'Contract not found' },
  all_contracts: { code: 846, http: 200, message: 'All contracts' },

  // Delete License Key
  license_key_deleted: { code: 850, http: 200, message: 'License key deleted' },
  license_key_not_found: { code: 851, http: 200, message: 'License key not found' },

  // Create License Keys
  license_keys_creation_result: { code: 900, http: 200, message: 'License keys creation result' },
  incorrect_data_license_create: { code: 901, http: 200, message: 'Incorrect data found' },
  no_license_keys_created: { code: 902, http: 200, message: 'No license keys created' },

  // Update License Key
  license_key_updated: { code: 950, http: 200, message: 'License keys updated' },
  incorrect_data_license_update: { code: 951, http: 200, message: 'Incorrect data found' },
  license_key_not_found_update: { code: 952, http: 200, message: 'License key not found' },

  // Get Telemetry
  telemetry_data_found: { code: 970, http: 200, message: 'Telemetry data found' },

  // Contract API
  contract_not_found_info: { code: 1200, http: 200, message: 'Contract not found' },
  contract_product_not_found: { code: 1202, http: 200, message: 'Product not found' },
  contract_generator_not_found: { code: 1203, http: 200, message: 'Generator not found' },
  contract_found: { code: 1204, http: 200, message: 'Contract found' },
  license_keys_limit_reached: { code: 1205, http: 200, message: 'License keys limit reached' },
  cannot_generate_quantity: { code: 1206, http: 200, message: 'Cannot generate this quantity' },
  contract_license_keys_generated: { code: 1300, http: 200, message: 'Contract license keys generated' },
  contract_license_key_deleted: { code: 1400, http: 200, message: 'License key deleted' },
  contract_license_key_not_found: { code: 1401, http: 200, message: 'License key not found' },
  contract_license_keys_deleted: { code: 1500, http: 200, message: 'License keys deleted' },
  contract_no_license_keys_found: { code: 1501, http: 200, message: 'No license keys found' },

  // Changelog API
  changelog_retrieved: { code: 1600, http: 200, message: 'Changelog retrieved successfully' },
  changelog_disabled_globally: { code: 1601, http: 200, message: 'Changelog feature is disabled globally' },
  changelog_disabled_for_product: { code: 1602, http: 200, message: 'Changelog not enabled for this product' },

  // Latchkey's own
  license_feature: { code: 9200, http: 200, message: 'License feature' },
  malformed_request: { code: 9400, http: 400, message: 'Malformed request' },
  no_such_endpoint: { code: 9404, http: 404, message: 'No such endpoint' },
  method_not_allowed: { code: 9405, http: 405, message: 'This endpoint does not take that method' },
  idempotency_key_reused: {
    code: 9409,
    http: 409,
    message: 'This Idempotency-Key was used for another request: send a new one',
  },
  request_too_large: { code: 9413, http: 413, message: 'Request body too large' },
  unsupported_media_type: { code: 9415, http: 415, message: 'Unsupported media type' },
  generation_failed: { code: 9422, http: 422, message: 'No license keys could be generated' },
  too_many_requests: { code: 9429, http: 429, message: 'Too many requests' },
  internal_error: { code: 9500, http: 500, message: 'Internal error' },
  not_ready: { code: 9503, http: 503, message: 'Not ready' },
} as const satisfies Record<string, AnswerDeclaration>

interface AnswerDeclaration {
  code: number | string
  http: number
  message: string
  signer?: 'global'
}

export type Answer = keyof typeof answers

/** The registry's entry for an answer. */
export const declared = (answer: Answer): AnswerDeclaration => answers[answer]
