/** The life of one licence as CONTRACT §2 tells it, in as few words as possible: what the server is held against. */
export interface Life {
  now: number
  status: 'available' | 'assigned' | 'reserved' | 'blocked'
  isRevoked: boolean
  assignedAt: number | null
  validityDays: number
  limit: number
  owner: string | null
  isProductActive: boolean
  seats: Set<string>
}

export type Step =
  | { do: 'verify' | 'details' | 'activate' | 'deactivate'; device: string }
  | { do: 'assign'; email: string }
  | { do: 'assignAndActivate'; email: string; device: string }
  | { do: 'setStatus'; word: string }
  | { do: 'setLimit'; limit: number }
  | { do: 'setValidity'; days: number }
  | { do: 'setProduct'; isActive: boolean }
  | { do: 'wait'; days: number }

export const dayMs = 86_400_000

export const newLife = (now: number): Life => ({
  now,
  status: 'available',
  isRevoked: false,
  assignedAt: null,
  validityDays: 0,
  limit: 0,
  owner: null,
  isProductActive: true,
  seats: new Set(),
})

const isExpired = ({ now, assignedAt, validityDays }: Life) =>
  validityDays > 0 && assignedAt !== null && now > assignedAt + validityDays * dayMs

/** What stands in the way of using the licence, device or not. */
function obstacle(life: Life): number | undefined {
  if (life.status === 'blocked') return 204
  if (life.status !== 'assigned') return 201
  if (!life.isProductActive) return 203
  return isExpired(life) ? 205 : undefined
}

function take(life: Life, device: string): number {
  const stopped = obstacle(life)
  if (stopped) return stopped
  if (life.seats.has(device)) return 301
  if (life.limit > 0 && life.seats.size >= life.limit) return 302
  life.seats.add(device)
  return 300
}

const stored = {
  available: 'available',
  assigned: 'assigned',
  active: 'assigned',
  expired: 'assigned',
  reserved: 'reserved',
  blocked: 'blocked',
  suspended: 'blocked',
  inactive: 'blocked',
  revoked: 'blocked',
} as const

function setStatus(life: Life, word: keyof typeof stored): number {
  const status = stored[word]
  if (life.isRevoked && status !== 'blocked') return 951
  life.status = status
  life.isRevoked ||= word === 'revoked'
  if (status === 'available' || status === 'reserved') life.assignedAt = null
  if (status === 'assigned') life.assignedAt ??= life.now
  return 950
}

/** Takes one step and says which code the server must answer; undefined where it is not asked. */
export function live(life: Life, step: Step): number | string | undefined {
  switch (step.do) {
    case 'verify':
    case 'details':
      return obstacle(life) ?? (life.seats.has(step.device) ? { verify: 200, details: 500 }[step.do] : 202)
    case 'activate':
      return take(life, step.device)
    case 'deactivate':
      return life.seats.delete(step.device) ? '400' : 401
    case 'assign':
      if (life.status !== 'available') return 801
      Object.assign(life, { status: 'assigned', assignedAt: life.now, owner: step.email })
      return 800
    case 'assignAndActivate': {
      const isTheirs = life.status === 'assigned' && life.owner === step.email
      if (!isTheirs && life.status !== 'available') return 801
      const assigned: Life = isTheirs ? life : { ...life, status: 'assigned', assignedAt: life.now, owner: step.email }
      const code = take(assigned, step.device)
      if (code === 300 || code === 301) Object.assign(life, assigned)
      return code
    }
    case 'setStatus':
      return setStatus(life, step.word as keyof typeof stored)
    case 'setLimit':
      life.limit = step.limit
      return 950
    case 'setValidity':
      life.validityDays = step.days
      return 950
    case 'setProduct':
      life.isProductActive = step.isActive
      return 650
    case 'wait':
      life.now += step.days * dayMs
      return undefined
  }
}

/** How a step that concerns a licence is asked for: the endpoint and its fields. */
export function asRequest(step: Exclude<Step, { do: 'wait' | 'setProduct' }>, license_key: string): [string, object] {
  switch (step.do) {
    case 'verify':
    case 'activate':
    case 'deactivate':
      return [step.do, { license_key, identifier: step.device }]
    case 'details':
      return ['get-license-key-details', { license_key, identifier: step.device }]
    case 'assign':
      return ['assign-license-key', { license_key, owner_email: step.email }]
    case 'assignAndActivate': {
      const owner = { owner_email: step.email, owner_name: 'Somebody' }
      return ['assign-and-activate-license-key', { license_key, identifier: step.device, ...owner }]
    }
    case 'setStatus':
      return ['update-license-key', { license_key, status: step.word }]
    case 'setLimit':
      return ['update-license-key', { license_key, activation_limit: step.limit }]
    case 'setValidity':
      return ['update-license-key', { license_key, validity: step.days }]
  }
}
