import type { Config } from '../config'
import { OperatorError } from '../kernel/operator-error'
import { isOfThisMachine } from '../kernel/setting-values'
import { roles } from '../users/view'

/** The contradictions between settings, each a sentence with a remedy. */
export function contradictionsIn(config: Config): string[] {
  const { allow_private_webhooks, webhook_allow_list, envato_token, envato_url, tls_cert, base_url } = config
  const { oidc_issuer, oidc_roles } = config
  const unknownRole = oidc_roles.find(({ role }) => !roles.some((each) => each === role))
  const { files_url, files_access_key, files_secret_key } = config
  const { backup_every, backup_to, backup_passphrase_file, backup_key_passphrase } = config
  const said: [boolean, string][] = [
    [
      allow_private_webhooks === 'on' && webhook_allow_list.length > 0,
      'webhook_allow_list says nothing while allow_private_webhooks is on: set the one to off, or unset the other',
    ],
    [
      envato_token !== '' && envato_url.startsWith('http:') && !isOfThisMachine(envato_url),
      'envato_token would go over the network unencrypted: let envato_url begin with https://, or unset the token',
    ],
    [
      oidc_issuer !== '' && oidc_issuer.startsWith('http:') && !isOfThisMachine(oidc_issuer),
      'log-ins would go over the network unencrypted: let oidc_issuer begin with https://',
    ],
    [
      unknownRole !== undefined,
      `oidc_roles names the role "${unknownRole?.role}", which there is not: the roles are ${roles.join(', ')}`,
    ],
    [
      tls_cert !== '' && base_url.startsWith('http:'),
      'base_url begins with http:// although the server speaks HTTPS: let it begin with https://',
    ],
    [
      files_url !== '' && (files_access_key === '' || files_secret_key === ''),
      'files_url names a bucket, but files_access_key or files_secret_key is empty: set both, best as variables, or leave files_url empty',
    ],
    [
      backup_every > 0 && backup_to === '',
      'backup_every is set, but backup_to names no folder: name one, or let backup_every be 0',
    ],
    [
      backup_every > 0 && backup_passphrase_file === '' && backup_key_passphrase === '',
      'backup_every is set, but backup_passphrase_file names no file, and backup_key_passphrase is empty: set one, or let backup_every be 0',
    ],
  ]
  return said.filter(([isSo]) => isSo).map(([, sentence]) => sentence)
}

/** Throws an `OperatorError` if settings contradict each other. */
export function requireAgreement(config: Config) {
  const [contradiction] = contradictionsIn(config)
  if (contradiction) throw new OperatorError(contradiction, 'invalid_input')
}
