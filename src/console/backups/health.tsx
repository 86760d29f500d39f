import { useMutation } from '@tanstack/react-query'
import { type Answer, call } from '../api/client'
import { useAsk } from '../api/hooks'
import { useMay } from '../api/session'
import { OperationButton } from '../commands/operation-dialog'
import { RemedyButtons } from '../commands/remedy-buttons'
import { formatBytes } from '../i18n/bytes'
import { formatNumber } from '../i18n/format'
import { useTexts } from '../i18n/texts'
import { Badge } from '../parts/badge'
import { Button } from '../parts/button'
import { ErrorBox } from '../parts/error-box'
import { Answered } from '../parts/loading'
import { Card, Facts } from '../parts/page'
import { Table } from '../parts/table'
import { Time } from '../parts/time'
import { backupTexts } from './texts'

type Check = Answer<'GET /doctor'>['checks'][number]

/** What the doctor finds, each with the operations that help. */
export function DoctorCard() {
  const t = useTexts(backupTexts)
  const query = useAsk('GET /doctor', {})
  return (
    <Card
      title={t.doctor}
      actions={
        <Button disabled={query.isFetching} onClick={() => query.refetch()}>
          {t.check}
        </Button>
      }
    >
      <Answered query={query}>
        {({ ok, checks }) => (
          <>
            <p role="status">{ok ? t.healthy : t.unhealthy}</p>
            <ul className="flex flex-col gap-3">{checks.filter((check) => !check.ok).map(found)}</ul>
            <details>
              <summary>{t.passed(formatNumber(checks.filter((check) => check.ok).length))}</summary>
              <ul className="flex flex-col gap-1 pt-2">{checks.filter((check) => check.ok).map(found)}</ul>
            </details>
          </>
        )}
      </Answered>
    </Card>
  )
}

const found = (check: Check) => <Finding key={check.name} check={check} />

function Finding({ check: { name, promise, ok, findings, remedy, remedies } }: { check: Check }) {
  const t = useTexts(backupTexts)
  return (
    <li className="flex flex-col gap-1">
      <p>
        <Badge tone={ok ? 'good' : 'bad'}>{ok ? t.good : t.bad}</Badge> <b>{name}</b>: {promise}
      </p>
      {findings.map((finding) => (
        <p key={finding} className="text-bad">
          {finding}
        </p>
      ))}
      {remedy && <p className="text-sm text-muted">{remedy}</p>}
      <div className="flex flex-wrap gap-2">
        <RemedyButtons remedies={remedies} />
      </div>
    </li>
  )
}

/** What retention would delete, and the button to delete it now. */
export function RetentionCard() {
  const t = useTexts(backupTexts)
  const trial = useMutation({ mutationFn: () => call('POST /retention', { dry_run: true }) })
  const mayRun = useMay('owner')
  if (!mayRun) return null
  const old = trial.data?.removed.filter(({ rows }) => rows > 0) ?? []
  return (
    <Card
      title={t.retention}
      actions={
        <>
          <Button disabled={trial.isPending} onClick={() => trial.mutate()}>
            {t.tryRetention}
          </Button>
          <OperationButton command="retention run" role="owner" label={t.runRetention} kind="danger" only={[]} />
        </>
      }
    >
      <p className="text-muted">{t.retentionAbout}</p>
      <ErrorBox error={trial.error} />
      {trial.data && old.length === 0 && <p role="status">{t.nothingOld}</p>}
      {old.length > 0 && (
        <Table
          caption={t.retention}
          rows={old}
          keyOf={({ what }) => what}
          columns={[
            { key: 'what', heading: t.what, cell: ({ what }) => what.replaceAll('_', ' ') },
            { key: 'before', heading: t.olderThan, cell: ({ before }) => <Time at={before} /> },
            { key: 'rows', heading: t.rows, isNumber: true, cell: ({ rows }) => formatNumber(rows) },
          ]}
        />
      )}
    </Card>
  )
}

/** The size of the database and the room that is left. */
export function DiskCard() {
  const t = useTexts(backupTexts)
  const query = useAsk('GET /status', {})
  return (
    <Card title={t.disk} actions={<OperationButton command="optimize" role="operator" label={t.optimize} />}>
      <Answered query={query}>
        {({ version, database_bytes, wal_bytes, disk_free_bytes }) => (
          <Facts
            facts={[
              [t.database, formatBytes(database_bytes)],
              [t.log, formatBytes(wal_bytes)],
              [t.diskFree, formatBytes(disk_free_bytes)],
              [t.version, version],
            ]}
          />
        )}
      </Answered>
    </Card>
  )
}
