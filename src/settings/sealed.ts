import type { StorableName } from '../config'
import type { Sealer } from '../signing/sealing'

const secrets: readonly string[] = ['envato_token'] satisfies StorableName[]

/** What is shown in place of a secret. */
export const secretMask = '•••'

/** Whether the value of a setting is shown to nobody and sealed at rest. */
export const isSecret = (name: string) => secrets.includes(name)

/** What a secret setting is sealed for. */
export const purposeOfSetting = (name: string) => `settings.value ${name}`

/** The text of a setting as it is kept. */
export const kept = (name: StorableName, text: string, sealer: Sealer) =>
  isSecret(name) ? sealer.seal(Buffer.from(text), purposeOfSetting(name)).toString('base64') : text

/** The text of a setting out of what is kept; throws when its seal does not hold. */
export const unsealed = (name: StorableName, value: string, sealer: Sealer) =>
  isSecret(name) ? sealer.open(Buffer.from(value, 'base64'), purposeOfSetting(name)).toString() : value
