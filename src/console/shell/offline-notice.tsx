import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { Unreachable } from '../api/errors'
import { useTexts } from '../i18n/texts'
import { shellTexts } from './texts'

/** A banner while the server does not answer. */
export function OfflineNotice() {
  const t = useTexts(shellTexts)
  const client = useQueryClient()
  const [isOffline, setOffline] = useState(false)
  useEffect(
    () =>
      client.getQueryCache().subscribe(({ query }) => {
        if (query.state.fetchFailureReason instanceof Unreachable) setOffline(true)
        else if (query.state.status === 'success' && query.state.fetchStatus === 'idle') setOffline(false)
      }),
    [client],
  )
  if (!isOffline) return null
  return (
    <p role="status" className="bg-warn px-4 py-1 text-sm text-on-accent">
      {t.offline}
    </p>
  )
}
