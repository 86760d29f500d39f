import type { Answer } from '../api/client'
import { useAsk } from '../api/hooks'
import { currentLanguage } from '../i18n/language'
import { useTexts } from '../i18n/texts'
import { Badge } from '../parts/badge'
import { releaseTexts } from './texts'

export type Release = Answer<'GET /releases/:id'>

const kibibyte = 1024
const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const

/** A size in the unit that suits it: 3.4 MB. */
export function formatSize(bytes: number) {
  const power = Math.min(units.length - 1, Math.floor(Math.log(Math.max(bytes, 1)) / Math.log(kibibyte)))
  const format = { style: 'unit', unit: units[power]!, maximumFractionDigits: 1 } as const
  return new Intl.NumberFormat(currentLanguage(), format).format(bytes / kibibyte ** power)
}

export const formatPercent = (part: number) =>
  new Intl.NumberFormat(currentLanguage(), { style: 'percent' }).format(part)

export function ReleaseBadge({ release: { published } }: { release: Release }) {
  const t = useTexts(releaseTexts)
  return <Badge tone={published ? 'good' : 'plain'}>{published ? t.published : t.draft}</Badge>
}

const productsMax = 1000

/** The products, for a choice and for names. */
export function useProducts() {
  const t = useTexts(releaseTexts)
  const query = useAsk('GET /products', { limit: productsMax, sort: 'name' })
  const products = query.data?.products ?? []
  const names = new Map(products.map(({ id, name }) => [id, name]))
  return { query, products, nameOf: (id: number) => names.get(id) ?? t.productOf(String(id)) }
}

/** A release's date as the server says it, in UTC, as ISO 8601. */
export const isoDate = (date: string) => `${date.replace(' ', 'T')}Z`
