import { type SettingName, secretSettings } from '../config'
import type { Sealer } from '../signing/sealing'

const secrets: readonly string[] = secretSettings

/** Whether a setting is never shown, and sealed where it is stored. */
export const isSecret = (name: string) => secrets.includes(name)

/** The purpose a secret setting is sealed for. */
export const purposeOfSetting = (name: string) => `settings.value ${name}`

/** A setting's text as stored: sealed if secret. */
export const kept = (name: SettingName, text: string, sealer: Sealer) =>
  isSecret(name) ? sealer.seal(Buffer.from(text), purposeOfSetting(name)).toString('base64') : text

/** Restores a setting's text from what is stored; throws if the seal is invalid. */
export const unsealed = (name: SettingName, value: string, sealer: Sealer) =>
  isSecret(name) ? sealer.open(Buffer.from(value, 'base64'), purposeOfSetting(name)).toString() : value
