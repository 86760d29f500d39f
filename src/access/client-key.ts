import type { Queryable } from '../database/connection'
import { message, remedy } from '../kernel/message'
import { OperatorError } from '../kernel/operator-error'
import { sha256 } from '../kernel/secrets'
import { presets } from './capabilities'
import { findApiKey } from './store'
import { isOver } from './view'

/**
 * Throws an `OperatorError` unless that is the token of an API key that works, and may do what customers may at most:
 * anybody can read it out of a program.
 */
export async function requireClientKey(db: Queryable, token: string, now: Date) {
  const key = await findApiKey(db, sha256(token))
  if (!key) {
    throw new OperatorError(
      message`there is no API key with this value: make one with ${remedy('api-key create')}`,
      'invalid_input',
    )
  }
  const { id, name, status, capabilities } = key
  const isOld = key.hash !== sha256(token)
  if (status !== 'active' || isOver(key, now) || isOld) {
    const state = isOld ? 'has a new value since its rotation' : status === 'active' ? 'has expired' : `is ${status}`
    throw new OperatorError(`API key ${id} "${name}" ${state}: give another, or have one made`, 'invalid_input')
  }
  const allowed: readonly string[] = presets.client
  const more = capabilities.filter((capability) => !allowed.includes(capability))
  if (more.length || !capabilities.includes('verify')) {
    const why = more.length ? `may do more than a customer (${more.slice(0, 3).join(', ')})` : 'may not verify licences'
    throw new OperatorError(
      `API key ${id} "${name}" ${why}, and anybody can read it out of a program: give one with the preset client, or have one made`,
      'invalid_input',
    )
  }
}
