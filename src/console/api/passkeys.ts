import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/browser'
import { call } from './client'

/** Whether the browser allows passkeys at this address: over HTTPS or on `localhost`, under a name. */
export const canUsePasskeys = () =>
  window.isSecureContext && 'PublicKeyCredential' in window && !/^[\d.]+$|^\[/.test(location.hostname)

/** Has the user show a passkey; what the browser says of it. */
export async function showPasskey(): Promise<string> {
  const { options } = await call('POST /session/passkey/options', {})
  const { startAuthentication } = await import('@simplewebauthn/browser')
  const optionsJSON = options as unknown as PublicKeyCredentialRequestOptionsJSON
  return JSON.stringify(await startAuthentication({ optionsJSON }))
}

/** Has the user make a passkey; what the browser says of it. */
export async function makePasskey(user: string): Promise<string> {
  const { options } = await call('POST /users/:user/passkeys/options', { user })
  const { startRegistration } = await import('@simplewebauthn/browser')
  const optionsJSON = options as unknown as PublicKeyCredentialCreationOptionsJSON
  return JSON.stringify(await startRegistration({ optionsJSON }))
}
