import { useState } from 'react'
import type { Answer } from '../api/client'
import { useAsk } from '../api/hooks'
import { formatNumber } from '../i18n/format'
import { useTexts } from '../i18n/texts'
import { Badge } from '../parts/badge'
import { Button } from '../parts/button'
import { ErrorBox } from '../parts/error-box'
import { auditTexts } from './texts'

/** A log of this many entries is verified in a moment; a longer one on request. */
const atOnceMax = 20_000

/** Whether the chain of the log is whole. */
export function ChainState({ facets }: { facets: Answer<'GET /audit/facets'> }) {
  const t = useTexts(auditTexts)
  const [isWanted, setWanted] = useState(facets.counted < atOnceMax)
  const { data, error } = useAsk('GET /audit/verification', {}, { enabled: isWanted })
  if (!isWanted) return <Button onClick={() => setWanted(true)}>{t.verify}</Button>
  if (error) return <ErrorBox error={error} />
  if (!data) return <Badge>{t.verifying}</Badge>
  return data.broken ? (
    <p role="alert" className="font-medium text-bad">
      {t.broken(String(data.broken.id), data.broken.reason)}
    </p>
  ) : (
    <Badge tone="good">{t.whole(formatNumber(data.rows))}</Badge>
  )
}
