/** What an API key may be allowed to do: one capability for each endpoint of the contract (CONTRACT §1 API key). */
export const capabilities = [
  'verify',
  'activate',
  'deactivate',
  'get-license-key-details',
  'assign-license-key',
  'assign-and-activate-license-key',
  'create-license-keys',
  'update-license-key',
  'delete-license-key',
  'get-license-keys',
  'get-available-license-keys-count',
  'create-product',
  'update-product',
  'delete-product',
  'get-all-products',
] as const

export type Capability = (typeof capabilities)[number]

/** Held by a key that may do everything, today's endpoints and tomorrow's. */
export const everything = '*'

/** Bundles for the usual holders of a key: the vendor's software, the shop, the vendor's own tools. */
export const presets = {
  client: ['verify', 'activate', 'deactivate', 'get-license-key-details'],
  shop: [
    'assign-license-key',
    'assign-and-activate-license-key',
    'get-available-license-keys-count',
    'get-all-products',
  ],
  all: [everything],
} satisfies Record<string, readonly (Capability | typeof everything)[]>

export type Preset = keyof typeof presets
