import type { Configuration, IDToken, UserInfoResponse } from 'openid-client'
import type { Config } from '../config'
import { dayMs } from '../kernel/durations'
import { message, remedy } from '../kernel/message'
import { OperatorError } from '../kernel/operator-error'
import { isOfThisMachine } from '../kernel/setting-values'

/** The settings of log-in through an OpenID provider. */
export type SsoConfig = Pick<
  Config,
  | 'oidc_issuer'
  | 'oidc_client_id'
  | 'oidc_client_secret'
  | 'oidc_scopes'
  | 'oidc_user_claim'
  | 'oidc_role_claim'
  | 'oidc_roles'
  | 'oidc_create_users'
>

export const isSsoOn = ({ oidc_issuer, oidc_client_id }: SsoConfig) => oidc_issuer !== '' && oidc_client_id !== ''

/** The provider, however its address ends. */
export const providerOf = ({ oidc_issuer }: Pick<SsoConfig, 'oidc_issuer'>) => oidc_issuer.replace(/\/+$/, '')

/** What a log-in through the provider has to remember until the browser is back. */
export interface SsoStep {
  state: string
  nonce: string
  verifier: string
  redirectUri: string
  /** Whether the provider has to ask for the password again. */
  isFresh: boolean
}

/** What a provider says of somebody. */
export type Claims = Record<string, unknown> & { sub: string }

const timeoutSeconds = 10

/** The address at the provider where a log-in begins, and what to remember meanwhile. */
export async function beginSso(
  config: SsoConfig,
  { redirectUri, isFresh }: Pick<SsoStep, 'redirectUri' | 'isFresh'>,
): Promise<{ url: string; step: SsoStep }> {
  const client = await import('openid-client')
  const provider = await discovered(config)
  const step: SsoStep = {
    state: client.randomState(),
    nonce: client.randomNonce(),
    verifier: client.randomPKCECodeVerifier(),
    redirectUri,
    isFresh,
  }
  const url = client.buildAuthorizationUrl(provider, {
    redirect_uri: redirectUri,
    scope: config.oidc_scopes,
    state: step.state,
    nonce: step.nonce,
    code_challenge: await client.calculatePKCECodeChallenge(step.verifier),
    code_challenge_method: 'S256',
    ...(isFresh && { max_age: '0', prompt: 'login' }),
  })
  return { url: url.href, step }
}

/** What the provider says of whoever came back with this query; throws an `OperatorError` if it is not genuine. */
export async function finishSso(config: SsoConfig, step: SsoStep, query: string): Promise<Claims> {
  const asked = new URLSearchParams(query)
  if (asked.get('state') !== step.state) throw lostLogIn()
  if (asked.has('error')) {
    const why = asked.get('error_description') ?? asked.get('error')
    throw new OperatorError(`the OpenID provider refused the log-in (${why}): try once more`, 'unauthenticated')
  }
  const client = await import('openid-client')
  const provider = await discovered(config)
  const url = new URL(step.redirectUri)
  url.search = asked.toString()
  try {
    const tokens = await client.authorizationCodeGrant(provider, url, {
      pkceCodeVerifier: step.verifier,
      expectedState: step.state,
      expectedNonce: step.nonce,
      idTokenExpected: true,
      ...(step.isFresh && { maxAge: 0 }),
    })
    const claims = tokens.claims()!
    if (hasAll(claims, config) || !provider.serverMetadata().userinfo_endpoint) return claims
    const info = await client.fetchUserInfo(provider, tokens.access_token, claims.sub)
    return { ...info, ...claims }
  } catch (error) {
    throw new OperatorError(
      message`the OpenID provider did not confirm the log-in (${reasonOf(error)}): an owner checks oidc_client_id and oidc_client_secret with ${remedy('setting list')}`,
      'unauthenticated',
    )
  }
}

/** This browser has no log-in under way that fits. */
export const lostLogIn = () =>
  new OperatorError('this log-in took too long, or began in another browser: begin once more', 'unauthenticated')

const hasAll = (claims: IDToken | UserInfoResponse, { oidc_user_claim, oidc_role_claim }: SsoConfig) =>
  [oidc_user_claim, oidc_role_claim].every((name) => name === '' || claims[name] !== undefined)

/** What the provider says of itself is read once a day, and whenever the settings change. */
let read: { key: string; until: number; provider: Promise<Configuration> } | undefined

async function discovered(config: SsoConfig): Promise<Configuration> {
  const { oidc_issuer, oidc_client_id, oidc_client_secret } = config
  const key = JSON.stringify([oidc_issuer, oidc_client_id, oidc_client_secret])
  const now = performance.now()
  if (read?.key !== key || read.until < now) read = { key, until: now + dayMs, provider: discover(config) }
  const { provider } = read
  try {
    return await provider
  } catch (error) {
    if (read?.provider === provider) read = undefined
    throw new OperatorError(
      message`the OpenID provider at ${oidc_issuer} cannot be read (${reasonOf(error)}): an owner checks oidc_issuer with ${remedy('setting show', { name: 'oidc_issuer' })}`,
    )
  }
}

async function discover({ oidc_issuer, oidc_client_id, oidc_client_secret }: SsoConfig): Promise<Configuration> {
  const client = await import('openid-client')
  const authentication: import('openid-client').ClientAuth = (server, ...rest) => {
    if (!oidc_client_secret) return client.None()(server, ...rest)
    // A provider that names no method takes the first.
    const takesBasic = (server.token_endpoint_auth_methods_supported ?? ['client_secret_basic']).includes(
      'client_secret_basic',
    )
    const show = takesBasic ? client.ClientSecretBasic : client.ClientSecretPost
    return show(oidc_client_secret)(server, ...rest)
  }
  return client.discovery(new URL(oidc_issuer), oidc_client_id, undefined, authentication, {
    timeout: timeoutSeconds,
    ...(isOfThisMachine(oidc_issuer) && { execute: [client.allowInsecureRequests] }),
  })
}

/** The provider's own words for what is wrong, or those of the network. */
function reasonOf(error: unknown): string {
  const { error: code, error_description: described, cause, message } = error as Record<string, unknown>
  if (code) return [code, described].filter(Boolean).join(': ')
  const [challenge] = Array.isArray(cause) ? cause : []
  if (challenge?.parameters?.error) return challenge.parameters.error
  return String((cause as Error | undefined)?.message ?? message)
}
