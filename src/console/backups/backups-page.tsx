import type { Answer } from '../api/client'
import { useAsk, useChange } from '../api/hooks'
import { useMay } from '../api/session'
import { OperationButton } from '../commands/operation-dialog'
import { formatBytes } from '../i18n/bytes'
import { useTexts } from '../i18n/texts'
import { Button } from '../parts/button'
import { ErrorBox } from '../parts/error-box'
import { Answered, Empty } from '../parts/loading'
import { Card, Facts, Page } from '../parts/page'
import { type Column, Table } from '../parts/table'
import { Time } from '../parts/time'
import { BackupDownload } from './backup-download'
import { DiskCard, DoctorCard, RetentionCard } from './health'
import { backupTexts } from './texts'

type Backups = Answer<'GET /backups'>

const pollMs = 2500

/** The backups of the server and their settings; what the doctor finds; old records; the disk. */
export function BackupsPage() {
  const t = useTexts(backupTexts)
  const query = useAsk('GET /backups', {}, { everyMs: pollMs })
  const take = useChange('POST /backups')
  const mayTake = useMay('owner')
  return (
    <Page title={t.title}>
      <Card
        title={t.backups}
        actions={
          <>
            <OperationButton
              command="backups set"
              role="owner"
              label={t.set}
              initial={query.data ? formValues(query.data) : {}}
            />
            {mayTake && (
              <Button kind="primary" disabled={take.isPending} onClick={() => take.mutate({})}>
                {t.take}
              </Button>
            )}
          </>
        }
      >
        <ErrorBox error={take.error} />
        <Answered query={query}>{(backups) => <BackupList backups={backups} />}</Answered>
      </Card>
      <DoctorCard />
      <RetentionCard />
      <DiskCard />
    </Page>
  )
}

const formValues = ({ settings: { every, keep, to } }: Backups) => ({ every, keep, ...(to && { to }) })

function BackupList({ backups: { backups, pending, settings, problems } }: { backups: Backups }) {
  const t = useTexts(backupTexts)
  const mayDownload = useMay('owner')
  const { every, keep, to, passphrase, next_at, free_bytes, overridden } = settings
  return (
    <>
      <Facts
        facts={[
          [t.every, every === '0' ? t.never : every],
          ...(next_at ? [[t.next, <Time key="next" at={next_at} isRelative />] as const] : []),
          [t.keep, keep === 0 ? t.keepAll : String(keep)],
          [t.to, to || t.noFolder],
          ...(free_bytes === null ? [] : [[t.free, formatBytes(free_bytes)] as const]),
          [t.passphrase, t[passphrase]],
        ]}
      />
      {overridden.length > 0 && <p className="text-sm text-muted">{t.overridden(overridden.join(', '))}</p>}
      {problems.map((problem) => (
        <p key={problem} className="text-sm text-bad">
          {problem}
        </p>
      ))}
      {pending.map((each) => (
        <Pending key={each.file} pending={each} />
      ))}
      {backups.length === 0 ? (
        <Empty title={t.noBackups} />
      ) : (
        <Table
          caption={t.backups}
          rows={backups}
          keyOf={({ file }) => file}
          columns={[
            { key: 'name', heading: t.name, cell: ({ file }) => file },
            { key: 'taken', heading: t.taken, cell: ({ taken_at }) => <Time at={taken_at} /> },
            { key: 'age', heading: t.age, cell: ({ taken_at }) => <Time at={taken_at} isRelative /> },
            { key: 'size', heading: t.size, isNumber: true, cell: ({ bytes }) => formatBytes(bytes) },
            ...(mayDownload ? [downloadColumn(t.download)] : []),
          ]}
        />
      )}
    </>
  )
}

const downloadColumn = (heading: string): Column<Backups['backups'][number]> => ({
  key: 'download',
  heading,
  cell: ({ file }) => <BackupDownload file={file} />,
})

/** A backup that is being taken, and how far it is. */
function Pending({ pending: { file, state, phase, done_bytes, of_bytes } }: { pending: Backups['pending'][number] }) {
  const t = useTexts(backupTexts)
  const name = file.split('/').at(-1)!
  return (
    <div className="flex flex-col gap-1">
      <p className="text-sm" role="status">
        {name}: {phase ? t[phase] : t[state]}
      </p>
      <progress
        className="w-full accent-accent"
        aria-label={t.progress(name)}
        {...(of_bytes > 0 && { value: done_bytes, max: of_bytes })}
      />
    </div>
  )
}
