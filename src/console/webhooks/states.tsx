import type { Answer } from '../api/client'
import { useTexts } from '../i18n/texts'
import { Badge, type Tone } from '../parts/badge'
import { webhookTexts } from './texts'

export type Health = Answer<'GET /webhook-health'>['webhooks'][number]
export type Delivery = Answer<'GET /deliveries'>['deliveries'][number]

const tones: Record<Health['state'], Tone> = {
  healthy: 'good',
  failing: 'bad',
  unused: 'plain',
  disabled: 'plain',
  gone: 'warn',
}

/** The health of a webhook in a word. */
export function HealthBadge({ state }: { state: Health['state'] }) {
  const t = useTexts(webhookTexts)
  const words: Record<Health['state'], string> = {
    healthy: t.healthy,
    failing: t.failing,
    unused: t.unused,
    disabled: t.disabled,
    gone: t.goneState,
  }
  return <Badge tone={tones[state]}>{words[state]}</Badge>
}

const deliveryTones: Record<Delivery['state'], Tone> = { pending: 'warn', success: 'good', failed: 'bad' }

export function DeliveryBadge({ state }: { state: Delivery['state'] }) {
  const t = useTexts(webhookTexts)
  return <Badge tone={deliveryTones[state]}>{t[state]}</Badge>
}
