import { Badge, type Tone } from '../parts/badge'

const tones: Partial<Record<string, Tone>> = {
  active: 'good',
  assigned: 'good',
  expired: 'warn',
  blocked: 'bad',
  revoked: 'bad',
}

/** The state of a licence. */
export const StateBadge = ({ state }: { state: string }) => <Badge tone={tones[state] ?? 'plain'}>{state}</Badge>
