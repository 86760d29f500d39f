import type { Answer } from '../api/client'
import { useChange } from '../api/hooks'
import { useMay } from '../api/session'
import { OperationButton } from '../commands/operation-dialog'
import { useTexts } from '../i18n/texts'
import { Badge, type Tone } from '../parts/badge'
import { Button } from '../parts/button'
import { ErrorBox } from '../parts/error-box'
import { announce } from '../parts/toast'
import { jobTexts } from './texts'

export type Job = Answer<'GET /jobs/:id'>

const tones: Record<Job['state'], Tone> = { queued: 'warn', running: 'plain', done: 'good', dead: 'bad' }

export function JobBadge({ state }: Pick<Job, 'state'>) {
  const t = useTexts(jobTexts)
  return <Badge tone={tones[state]}>{t[state]}</Badge>
}

/** Runs a job again, or now, and deletes it; nothing for one that runs or is done. */
export function JobActions({ job: { id, state }, onDeleted }: { job: Job; onDeleted?(): void }) {
  const t = useTexts(jobTexts)
  const mayChange = useMay('operator')
  const retry = useChange('POST /jobs/retry', () => announce(t.retried))
  if (!mayChange || state === 'running') return null
  return (
    <div className="flex flex-wrap gap-2">
      {state !== 'done' && (
        <Button disabled={retry.isPending} onClick={() => retry.mutate({ id })}>
          {state === 'dead' ? t.retry : t.retryNow}
        </Button>
      )}
      <OperationButton
        command="job delete"
        role="operator"
        label={t.remove}
        kind="danger"
        fixed={{ id }}
        {...(onDeleted && { onDone: onDeleted })}
      />
      <ErrorBox error={retry.error} />
    </div>
  )
}
