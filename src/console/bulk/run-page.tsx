import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { useAsk, useChange } from '../api/hooks'
import { useMay } from '../api/session'
import { formatNumber } from '../i18n/format'
import { useTexts } from '../i18n/texts'
import { Button, buttonClass } from '../parts/button'
import { ErrorBox } from '../parts/error-box'
import { Answered } from '../parts/loading'
import { Card, Page } from '../parts/page'
import { Time } from '../parts/time'
import { type Bulk, Refusals } from './refusals'
import { bulkTexts } from './texts'

const whileRunningMs = 500

/** `/console/bulk/17`: how far a bulk change is, what stays as it was, and the way back. */
export function RunPage() {
  const t = useTexts(bulkTexts)
  const { run } = useParams({ strict: false })
  const id = Number(run)
  const query = useAsk(
    'GET /bulk/:id',
    { id },
    { everyMs: (bulk) => (bulk?.state === 'running' ? whileRunningMs : undefined) },
  )
  return (
    <Page
      title={t.one(run ?? '')}
      actions={
        <>
          <Link to="/licenses" className={buttonClass()}>
            {t.toLicenses}
          </Link>
          <Link to="/bulk" className={buttonClass('quiet')}>
            {t.title}
          </Link>
        </>
      }
    >
      <Answered query={query}>{(bulk) => <Run bulk={bulk} />}</Answered>
    </Page>
  )
}

function Run({ bulk }: { bulk: Bulk }) {
  const t = useTexts(bulkTexts)
  const { id, action, state, done, total, changed, refused, refusals, undone_by: undoneBy, undoes, actor } = bulk
  const progress = t.running(formatNumber(done), formatNumber(total))
  return (
    <Card title={t[action]}>
      <p className="text-sm text-muted">
        {actor} · <Time at={bulk.created_at} />
      </p>
      <progress className="w-full" value={done} max={total || 1} aria-label={progress} />
      <p role="status">{state === 'done' ? t.done(formatNumber(changed)) : progress}</p>
      {undoes !== null && <Other id={undoes} text={t.undoes(String(undoes))} />}
      {undoneBy !== null && <Other id={undoneBy} text={t.undoneBy(String(undoneBy))} />}
      <UndoButton bulk={bulk} />
      <Refusals refusals={refusals} title={t.refused(formatNumber(refused))} />
      <p className="text-sm text-muted">
        {t.toAudit} <code>bulk-{id}</code>
      </p>
    </Card>
  )
}

const Other = ({ id, text }: { id: number; text: string }) => (
  <p>
    <Link to="/bulk/$run" params={{ run: String(id) }} className="text-accent underline">
      {text}
    </Link>
  </p>
)

function UndoButton({ bulk: { id, can_undo: canUndo } }: { bulk: Bulk }) {
  const t = useTexts(bulkTexts)
  const navigate = useNavigate()
  const mayUndo = useMay('operator')
  const undoing = useChange('POST /bulk/:id/undo', (run) =>
    navigate({ to: '/bulk/$run', params: { run: String(run.id) } }),
  )
  if (!canUndo || !mayUndo) return null
  return (
    <div className="flex flex-col gap-2">
      <div>
        <Button disabled={undoing.isPending} onClick={() => undoing.mutate({ id: id! })}>
          {t.undoIt}
        </Button>
      </div>
      <ErrorBox error={undoing.error} />
    </div>
  )
}
