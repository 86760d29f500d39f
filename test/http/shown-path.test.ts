import { expect, test } from 'bun:test'
import { shownPath } from '../../src/http/shown-path'

test.each([
  ['/', '/'],
  ['/wp-login.php', '/wp-login.php'],
  ['/api/v1/verification', '/api/v1/verification'],
  ['/api/v1/licenses/LICENSE-9QX7/device-of-a-customer/nothing', '/api/v1/licenses/…'],
  ['/api/v1/verify/7a64f0', '/api/v1/verify/…'],
  ['/%6b%65%79', '/…'],
  [`/${'a'.repeat(5000)}`, '/…'],
  ['/a/b/c/d/e/f/g/h', '/a/b/c/d/e/f/…'],
  ['/a\nb', '/…'],
])('the path %s is named as %s', (path, shown) => {
  expect(shownPath(path)).toBe(shown)
})
