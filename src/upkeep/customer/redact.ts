import { erased, type Mentions } from './mentions'

// The impersonal fields in audit entries about licences.
const impersonal = [
  'license_id',
  'license_key',
  'product_id',
  'contract_id',
  'generator_id',
  'activation_limit',
  'validity',
  'features',
  'status',
  'assigned_at',
  'activated_at',
  'deactivated_at',
  'revoked_at',
  'replaced_by',
  'blocked_from',
  'withheld',
  'created_at',
  'expires_at',
  'quantity',
]

const personal = /^(owner_?name|owner_?email|ip|user_?agent|user_identifier)$/i

/** JSON about a person without their names, neither in fields for them nor in any text. */
export const withoutPerson = (json: string, mentions: Mentions) => JSON.stringify(cleaned(JSON.parse(json), mentions))

/** One side of an audit entry about their licence, reduced to impersonal fields. */
export function impersonalSide(json: string, mentions: Mentions): string {
  const side = Object.entries(JSON.parse(json) as Record<string, unknown>)
  const kept = side.map(([name, value]) => [name, value === null || impersonal.includes(name) ? value : erased])
  return withoutPerson(JSON.stringify(Object.fromEntries(kept)), mentions)
}

function cleaned(value: unknown, mentions: Mentions): unknown {
  if (typeof value === 'string') return mentions.without(value)
  if (Array.isArray(value)) return value.map((each) => cleaned(each, mentions))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      mentions.without(name),
      personal.test(name) && each ? erased : cleaned(each, mentions),
    ]),
  )
}
