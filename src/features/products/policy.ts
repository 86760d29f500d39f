import type { Feature } from '../../../db/schema/catalog'
import { isUuid } from '../../kernel/ids'

const reservedSlugs: readonly string[] = ['admin', 'api', 'login', 'logout']

/** Why a slug is invalid, undefined if it is valid: it must not look like an id or a uuid (CONTRACT §1). */
export function slugProblem(slug: string): string | undefined {
  if (!/^[a-z0-9-]{3,50}$/.test(slug)) return 'a slug has 3 to 50 lower-case letters, digits and hyphens'
  if (/^\d+$/.test(slug) || isUuid(slug)) return 'a slug must not look like an id or a uuid'
  return reservedSlugs.includes(slug) ? `"${slug}" is reserved` : undefined
}

/** A slug derived from a name; undefined if none can be. */
export function slugFrom(name: string): string | undefined {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
  const slug = plain
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 50)
    .replace(/^-+|-+$/g, '')
  return slugProblem(slug) ? undefined : slug
}

/** Parses a feature in short form: `export:boolean=true`, `seats:number=5`, `tier:string=pro`. */
export function parseFeature(text: string): Feature | undefined {
  const [, key, type, value] = /^([A-Za-z0-9_.-]{1,64}):(boolean|number|string)=(.*)$/s.exec(text) ?? []
  if (key === undefined || value === undefined) return undefined
  const named = { key, label: key, description: '' }
  if (type === 'string') return { ...named, type, default: value }
  if (type === 'boolean') {
    return value === 'true' || value === 'false' ? { ...named, type, default: value === 'true' } : undefined
  }
  const number = Number(value)
  return value.trim() !== '' && Number.isFinite(number) ? { ...named, type: 'number', default: number } : undefined
}
