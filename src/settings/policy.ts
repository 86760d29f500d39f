import type { Config } from '../config'

const isOfThisMachine = (url: string) => ['localhost', '127.0.0.1', '[::1]'].includes(new URL(url).hostname)

/** What settings say against each other, as a sentence that names the way out; undefined when they agree. */
export function contradictionIn(config: Config): string | undefined {
  const { allow_private_webhooks, webhook_allow_list, envato_token, envato_url, tls_cert, base_url } = config
  if (allow_private_webhooks === 'on' && webhook_allow_list.length) {
    return 'webhook_allow_list says nothing while allow_private_webhooks is on: set the one to off, or unset the other'
  }
  if (envato_token && envato_url.startsWith('http:') && !isOfThisMachine(envato_url)) {
    return 'envato_token would go over the network unencrypted: let envato_url begin with https://, or unset the token'
  }
  if (tls_cert && base_url.startsWith('http:')) {
    return 'base_url begins with http:// although the server speaks HTTPS: let it begin with https://'
  }
  return undefined
}
