import { Type } from '@sinclair/typebox'
import { capabilities, everything, type Preset, presets } from '../access/capabilities'
import { choice, integer, list as listOf, momentText } from '../intake/model'
import { parseMoment } from '../kernel/moments'

const presetNames = Object.keys(presets) as [Preset, ...Preset[]]
/** What an API key may do, and its limits. */
export const apiKeyTerms = {
  preset: Type.Optional(choice(presetNames, { description: 'A standard set of capabilities.' })),
  capabilities: Type.Optional(
    listOf({
      option: 'can',
      words: [everything, ...capabilities],
      description: 'Capabilities, separated by commas; * is everything.',
    }),
  ),
  allowed_ips: Type.Optional(
    listOf({
      option: 'allow-ip',
      nullable: true,
      description: 'An address or range the key may be used from; repeatable.',
    }),
  ),
  rate_limit_per_minute: Type.Optional(
    integer({ minimum: 1, option: 'rate-limit', nullable: true, description: 'Requests a minute.' }),
  ),
  expires_at: Type.Optional(
    momentText({ nullable: true, description: 'When it expires: 2030-01-31 or 2030-01-31T12:00:00Z.' }),
  ),
  dialect: Type.Optional(
    choice(['standard', 'sdk'], {
      description: 'How answers are written: as documented, or for the official SDKs of the original system.',
    }),
  ),
}

/** The given terms in the service's words; an empty limit means none. */
export function apiKeyTermsOf(given: {
  preset?: Preset
  capabilities?: string[]
  allowed_ips?: string[]
  rate_limit_per_minute?: number | ''
  expires_at?: string
  dialect?: 'standard' | 'sdk'
}) {
  const { dialect, preset, capabilities, allowed_ips, rate_limit_per_minute: rate, expires_at } = given
  return {
    ...(preset && { preset }),
    ...(capabilities && { capabilities }),
    ...(allowed_ips && { allowedIps: allowed_ips }),
    ...(rate !== undefined && { rateLimitPerMinute: rate || null }),
    ...(expires_at !== undefined && { expiresAt: parseMoment(expires_at) ?? null }),
    ...(dialect && { dialect }),
  }
}
