import type { Answer } from '../api/client'
import { useTexts } from '../i18n/texts'
import { Badge, type Tone } from '../parts/badge'
import { apiKeyTexts } from './texts'

export type ApiKey = Answer<'GET /api-keys/:id'>

const tones = { active: 'good', inactive: 'plain', revoked: 'bad', over: 'warn' } as const satisfies Record<
  string,
  Tone
>

const isPast = (at: string | null) => at !== null && Date.parse(at) <= Date.now()

/** The state of an API key; an active one may have expired. */
export function ApiKeyBadge({ apiKey: { status, expires_at: end } }: { apiKey: ApiKey }) {
  const t = useTexts(apiKeyTexts)
  const state = status === 'active' && isPast(end) ? 'over' : status
  return <Badge tone={tones[state]}>{t[state]}</Badge>
}
