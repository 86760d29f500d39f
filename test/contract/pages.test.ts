import { expect, test } from 'bun:test'
import { startInstallation } from '../support/installation'
import { fixture, trusting } from '../support/tls'

const pages = [
  '/docs',
  '/docs/operate',
  '/docs/search?q=backup',
  '/docs/style.css',
  '/docs/api',
  '/docs/start.js',
  '/docs/viewer.js',
  '/docs/viewer.css',
  '/openapi.json',
]

test('every page keeps to this server, out of frames, and to its own type', async () => {
  const installation = await startInstallation()
  for (const page of pages) {
    const { status, headers } = await fetch(`${installation.url}${page}`)
    const policy = headers.get('content-security-policy')?.split('; ')
    expect({ page, status }).toEqual({ page, status: 200 })
    expect(policy).toEqual(expect.arrayContaining(["default-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"]))
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
    })
    expect(headers.has('strict-transport-security')).toBeFalse()
  }
  await installation.close()
})

test('over TLS, a browser is told to stay with it', async () => {
  const installation = await startInstallation({ tls_cert: fixture('first.pem'), tls_key: fixture('first-key.pem') })
  for (const page of pages) {
    const { headers } = await fetch(`${installation.url}${page}`, trusting('first.pem'))
    expect(headers.get('strict-transport-security')).toBe('max-age=31536000')
  }
  await installation.close()
})
