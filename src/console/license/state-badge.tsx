import type { Answer } from '../api/client'
import { useTexts } from '../i18n/texts'
import { Badge, type Tone } from '../parts/badge'
import { stateTexts } from './state-texts'

type State = Answer<'GET /licenses'>['licenses'][number]['state']

const tones: Partial<Record<State, Tone>> = {
  active: 'good',
  assigned: 'good',
  expired: 'warn',
  blocked: 'bad',
  revoked: 'bad',
}

/** The state of a licence. */
export const StateBadge = ({ state }: { state: State }) => (
  <Badge tone={tones[state] ?? 'plain'}>{useTexts(stateTexts)[`state_${state}`]}</Badge>
)
