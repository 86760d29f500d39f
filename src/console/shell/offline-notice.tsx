import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { useConnectionLost } from '../api/connection'
import { useTexts } from '../i18n/texts'
import { shellTexts } from './texts'

/** A banner while the server does not answer; once it is back, everything shown is read again. */
export function OfflineNotice() {
  const t = useTexts(shellTexts)
  const client = useQueryClient()
  const isLost = useConnectionLost()
  const wasLost = useRef(false)
  useEffect(() => {
    if (wasLost.current && !isLost) void client.invalidateQueries()
    wasLost.current = isLost
  }, [client, isLost])
  return (
    <div role="status" className="sticky top-0 z-60">
      {isLost && <p className="bg-warn px-4 py-1 text-sm text-on-accent">{t.offline}</p>}
    </div>
  )
}
