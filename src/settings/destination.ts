import { type Config, parseSetting, type StorableName } from '../config'
import type { Queryable } from '../database/connection'
import { fieldRef, message } from '../kernel/message'
import { OperatorError } from '../kernel/operator-error'
import { findStored } from './store'

/** Settings that determine where a secret setting's value is sent. */
const sentTo: Partial<Record<StorableName, StorableName>> = {
  envato_url: 'envato_token',
  oidc_issuer: 'oidc_client_secret',
}

/** A new value for a setting, optionally with the secret that is sent to it. */
interface Given {
  name: StorableName
  text: string
  secret?: string | undefined
}

/**
 * The secret setting to store with this one; undefined if there is none. Throws an `OperatorError` if the stored secret
 * would be sent to a new place and is not given anew, since the operator may not know it.
 */
export async function secretAlong(tx: Queryable, { name, text, secret }: Given, config: Config) {
  const held = sentTo[name]
  if (held === undefined) {
    if (secret === undefined) return undefined
    throw new OperatorError(`envato_token is given along with envato_url alone, and not with ${name}`, 'invalid_input')
  }
  if (config.origins[held] !== 'default' && isMoved(name, text, config)) {
    throw new OperatorError(
      `the server was started with ${held}, which it would send to another place: set ${name} where ${held} is set`,
      'invalid_input',
    )
  }
  if (secret !== undefined) return { name: held, text: secret }
  const isHeld = config[held] !== '' || (await findStored(tx, held)) !== undefined
  if (!isHeld || !isMoved(name, text, config)) return undefined
  throw new OperatorError(
    message`the stored ${held} would be sent to another place: give it anew along with ${name}, as ${fieldRef(held)}`,
    'invalid_input',
  )
}

const isMoved = (name: StorableName, text: string, config: Config) => parseSetting(name, text, name) !== config[name]
