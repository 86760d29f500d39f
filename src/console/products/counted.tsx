import { formatNumber } from '../i18n/format'
import { useTexts } from '../i18n/texts'
import { productTexts } from './texts'

const countedMax = 10_000

/** A number of licences, of which the server counts no more than ten thousand. */
export function Counted({ count }: { count: number }) {
  const t = useTexts(productTexts)
  return <>{count < countedMax ? formatNumber(count) : t.orMore(formatNumber(countedMax))}</>
}
