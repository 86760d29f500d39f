/** The fields that operators and exports show under the same names. */
export const licenseFields = [
  'id',
  'product_id',
  'license_key',
  'owner_name',
  'owner_email',
  'activation_limit',
  'validity',
  'assigned_at',
  'status',
  'revoked_at',
  'block_reason',
  'replaced_by',
  'contract_id',
  'generator_id',
  'created_at',
  'updated_at',
] as const
