import { storable } from './setting'
import { asItIs, issuer, oneOf, onOrOff, rolePairs } from './setting-values'

/** The settings of log-in: the second factor, and the OpenID provider. */
export const logInSettings = {
  require_2fa: storable(
    'Who must have a second factor to work in a session: `owners`, `all` or `off`.',
    'off',
    oneOf('owners', 'all', 'off'),
  ),
  oidc_issuer: storable(
    'The OpenID provider that users can log in through: `https://login.example.com`. Empty: none.',
    '',
    issuer,
  ),
  oidc_name: storable('The label of the log-in button: the name of the provider.', 'Single sign-on', asItIs),
  oidc_client_id: storable('The id of this server at the OpenID provider.', '', asItIs),
  oidc_client_secret: storable(
    'The secret of this server at the OpenID provider; empty for a public client.',
    '',
    asItIs,
  ),
  oidc_scopes: storable('The scopes that a log-in requests, separated by spaces.', 'openid profile email', asItIs),
  oidc_user_claim: storable(
    'The claim with the name of the user, which people must not be able to change themselves: `preferred_username`, `email`.',
    'preferred_username',
    asItIs,
  ),
  oidc_role_claim: storable(
    'The claim that sets the role at each log-in, such as `groups`. Empty: roles are set here.',
    '',
    asItIs,
  ),
  oidc_roles: storable(
    'Which value of that claim gives which role: `license-admins=owner, staff=operator`; the highest counts.',
    '',
    rolePairs,
  ),
  oidc_create_users: storable(
    'Whether the first log-in of somebody who is no user here creates one: `on` or `off`.',
    'off',
    onOrOff,
  ),
} as const
