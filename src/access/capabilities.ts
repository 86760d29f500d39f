/** The capabilities of API keys: one for each endpoint of the contract (CONTRACT §1 API key). */
export const capabilities = [
  'verify',
  'activate',
  'deactivate',
  'get-license-key-details',
  'get-license-file',
  'get-license-feature',
  'access-downloadables',
  'download',
  'send-telemetry-data',
  'get-telemetry-data',
  'create-license-key-meta',
  'update-license-key-meta',
  'delete-license-key-meta',
  'assign-license-key',
  'assign-and-activate-license-key',
  'random-assign-license-keys',
  'random-assign-license-keys-queued',
  'create-license-keys',
  'update-license-key',
  'delete-license-key',
  'get-license-keys',
  'get-available-license-keys-count',
  'get-all-generators',
  'generate',
  'create-product',
  'update-product',
  'delete-product',
  'get-all-products',
  'get-product',
  'create-product-meta',
  'update-product-meta',
  'delete-product-meta',
  'create-contract',
  'update-contract',
  'delete-contract',
  'get-all-contracts',
  'contracts.get-info',
  'contracts.generate',
  'contracts.destroy',
  'contracts.destroy-all',
] as const

export type Capability = (typeof capabilities)[number]

/** Grants every capability, present and future. */
export const everything = '*'

/** Whether an API key has the capability. */
export const isCapable = ({ capabilities: held }: { capabilities: readonly string[] }, capability: Capability) =>
  held.includes(capability) || held.includes(everything)

/** Presets for the usual holders of a key: the vendor's software, the shop, the vendor's own tools. */
export const presets = {
  client: [
    'verify',
    'activate',
    'deactivate',
    'get-license-key-details',
    'get-license-file',
    'get-license-feature',
    'get-product',
    'access-downloadables',
    'download',
    'send-telemetry-data',
  ],
  shop: [
    'assign-license-key',
    'assign-and-activate-license-key',
    'random-assign-license-keys',
    'random-assign-license-keys-queued',
    'get-available-license-keys-count',
    'get-all-generators',
    'get-all-products',
    'create-contract',
  ],
  all: [everything],
} satisfies Record<string, readonly (Capability | typeof everything)[]>

export type Preset = keyof typeof presets
