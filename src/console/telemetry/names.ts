import type { Answer } from '../api/client'
import { useTexts } from '../i18n/texts'
import { useNameOfProduct } from '../products/product-names'
import { telemetryTexts } from './texts'

export type Series = Answer<'GET /telemetry/stats'>['series'][number]

/** Clients may send texts of any length; no name needs more. */
const nameLengthMax = 100

export const shortened = (text: string) => (text.length > nameLengthMax ? `${text.slice(0, nameLengthMax)}…` : text)

/** Names products by what records say they are: an id, or any text. */
export function useProductName() {
  const t = useTexts(telemetryTexts)
  const nameOf = useNameOfProduct()
  return (id: number | string | null) =>
    id === null ? t.noProduct : typeof id === 'number' ? nameOf(id) : shortened(id)
}

/** Names a series by its values. */
export function useSeriesName() {
  const t = useTexts(telemetryTexts)
  const productName = useProductName()
  return ({ product_id, product_version, data_group, data_type }: Series) =>
    [
      product_id !== undefined && productName(product_id),
      product_version !== undefined && (product_version ?? t.noVersion),
      data_group !== undefined && (data_group ?? t.noGroup),
      data_type !== undefined && (data_type ?? t.noType),
    ]
      .flatMap((part) => (part === false ? [] : [shortened(part)]))
      .join(' · ')
}
