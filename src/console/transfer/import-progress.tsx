import { useEffect } from 'react'
import { basePath } from '../api/base-path'
import type { Answer } from '../api/client'
import { queryClient, useAsk } from '../api/hooks'
import { formatNumber } from '../i18n/format'
import { useTexts } from '../i18n/texts'
import { Badge } from '../parts/badge'
import { buttonClass } from '../parts/button'
import { Answered } from '../parts/loading'
import { Card } from '../parts/page'
import { Table } from '../parts/table'
import { transferTexts } from './texts'

type ImportJob = Answer<'GET /imports/:id'>

const pollMs = 700
const tones = { queued: 'plain', running: 'plain', done: 'good', failed: 'bad' } as const

/** An import: how far it is, then what came of it, line by line where lines were refused. */
export function ImportProgress({ id }: { id: number }) {
  const t = useTexts(transferTexts)
  const last = useAsk('GET /imports/:id', { id })
  const isOver = last.data !== undefined && last.data.finished_at !== null
  const query = useAsk('GET /imports/:id', { id }, { everyMs: isOver ? undefined : pollMs })
  useEffect(() => {
    if (isOver) queryClient.invalidateQueries({ queryKey: ['GET /imports'] })
  }, [isOver])
  return (
    <Answered query={query}>
      {(job) => (
        <Card title={job.is_dry_run ? t.trialOf(job.file) : t.importOf(job.file)}>
          <p role="status">
            <Badge tone={tones[job.state]}>{t[job.state]}</Badge>
          </p>
          {!isOver && (
            <progress
              className="w-full accent-accent"
              aria-label={t.progress}
              {...(job.of_bytes > 0 && { value: job.done_bytes, max: job.of_bytes })}
            />
          )}
          {job.error && (
            <p role="alert" className="text-bad">
              {job.error}
            </p>
          )}
          {job.result && <ImportOutcome job={job} result={job.result} />}
        </Card>
      )}
    </Answered>
  )
}

function ImportOutcome({ job, result }: { job: ImportJob; result: NonNullable<ImportJob['result']> }) {
  const t = useTexts(transferTexts)
  const { refusals, refused, notes } = result
  return (
    <>
      {job.is_dry_run && <p>{t.trialNote}</p>}
      <Table
        caption={t.counts}
        rows={Object.entries(result.tables)}
        keyOf={([name]) => name}
        columns={[
          { key: 'table', heading: t.table, cell: ([name]) => name },
          { key: 'lines', heading: t.lines, isNumber: true, cell: ([, counts]) => formatNumber(counts!.lines) },
          { key: 'made', heading: t.made, isNumber: true, cell: ([, counts]) => formatNumber(counts!.made) },
          {
            key: 'there',
            heading: t.alreadyThere,
            isNumber: true,
            cell: ([, counts]) => formatNumber(counts!.already_there),
          },
          { key: 'refused', heading: t.refused, isNumber: true, cell: ([, counts]) => formatNumber(counts!.refused) },
        ]}
      />
      {notes.map((note) => (
        <p key={note} className="text-sm text-muted">
          {note}
        </p>
      ))}
      {refusals.length > 0 && (
        <>
          <Table
            caption={t.refusedLines}
            rows={refusals}
            keyOf={({ line, reason }) => `${line} ${reason}`}
            columns={[
              { key: 'line', heading: t.line, isNumber: true, cell: ({ line }) => formatNumber(line) },
              { key: 'reason', heading: t.reason, cell: ({ reason }) => reason },
            ]}
          />
          {refused > refusals.length && <p>{t.firstOf(formatNumber(refusals.length), formatNumber(refused))}</p>}
        </>
      )}
      {job.has_refused && (
        <div className="flex flex-col gap-2">
          <div>
            <a className={buttonClass()} href={`${basePath}/admin/api/imports/${job.id}/refused`} download="">
              {t.fetch}
            </a>
          </div>
          <p className="text-sm text-muted">{t.fetchNote}</p>
        </div>
      )}
    </>
  )
}
