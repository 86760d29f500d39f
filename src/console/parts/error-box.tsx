import { useEffect, useState } from 'react'
import { ApiError } from '../api/errors'
import { RemedyButtons } from '../commands/remedy-buttons'
import { useTexts } from '../i18n/texts'
import { Button } from './button'
import { messageOf } from './error-message'
import { partTexts } from './texts'

/** Why something was refused: the server's sentence, what helps, and the id of the request for its log. */
export function ErrorBox({ error, onRetry }: { error: unknown; onRetry?: (() => void) | undefined }) {
  const t = useTexts(partTexts)
  if (!error) return null
  const { requestId, remedies = [], retryAfter } = error instanceof ApiError ? error : ({} as Partial<ApiError>)
  return (
    <div role="alert" className="flex flex-col gap-2 rounded-md border border-bad bg-card p-3 text-sm">
      <p className="text-bad">{messageOf(error, t)}</p>
      {retryAfter !== undefined && <Countdown key={requestId} seconds={retryAfter} />}
      {requestId && <p className="text-muted">{t.requestId(requestId)}</p>}
      <div className="flex flex-wrap gap-2">
        <RemedyButtons remedies={remedies} />
        {onRetry && <Button onClick={onRetry}>{t.retry}</Button>}
      </div>
    </div>
  )
}

function Countdown({ seconds }: { seconds: number }) {
  const t = useTexts(partTexts)
  const [left, setLeft] = useState(seconds)
  useEffect(() => {
    const timer = setInterval(() => setLeft((before) => Math.max(0, before - 1)), 1000)
    return () => clearInterval(timer)
  }, [])
  return left > 0 ? <p>{t.retryIn(String(left))}</p> : null
}
