import type { Config } from '../config'

const yearSeconds = 31_536_000

/**
 * The headers of every page for browsers: no content from elsewhere, no framing, no referrer to other sites. With TLS
 * also HSTS.
 */
export const pageHeaders = ({ tls_cert }: Pick<Config, 'tls_cert'>): Record<string, string> => ({
  'content-security-policy':
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  ...(tls_cert && { 'strict-transport-security': `max-age=${yearSeconds}` }),
})
