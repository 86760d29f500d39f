import type { Histogram } from './histogram'
import type { Metrics } from './metrics'

export { findLastBackup } from './store'

/** Values read at each scrape rather than counted. */
export interface Gauges {
  jobsWaiting: number
  oldestJobSeconds: number
  databaseBytes: number
  walBytes: number
  /** Seconds since 1970; undefined if no backup has been verified yet. */
  lastBackupSeconds: number | undefined
}

type Labels = Record<string, string | number>

/** All metrics in the Prometheus text format. */
export function prometheusText({ routes, signatures, calls, loopLag }: Metrics, gauges: Gauges): string {
  const perRoute = [...routes]
  return [
    family('requests_total', 'counter', 'Answers by route and code.', [
      ...perRoute.flatMap(([route, { codes }]) => [...codes].map(([code, count]) => sample({ route, code }, count))),
    ]),
    family('request_seconds', 'histogram', 'How long answers took.', [
      ...perRoute.flatMap(([route, { seconds }]) => histogram(seconds, { route })),
    ]),
    family('signatures_total', 'counter', 'Envelopes signed, and told again without a new signature.', [
      sample({ kind: 'made' }, signatures.made),
      sample({ kind: 'made_es256' }, signatures.made_es256),
      sample({ kind: 'memoised' }, signatures.memoised),
    ]),
    family('calls_dropped_total', 'counter', 'Calls left out of the call log because there were too many.', [
      sample({}, calls.dropped),
    ]),
    family('event_loop_lag_seconds', 'histogram', 'How late the event loop comes to a timer.', histogram(loopLag, {})),
    family('jobs_waiting', 'gauge', 'Jobs that are due and wait.', [sample({}, gauges.jobsWaiting)]),
    family('oldest_job_seconds', 'gauge', 'How long the oldest of them has been due.', [
      sample({}, gauges.oldestJobSeconds),
    ]),
    family('database_bytes', 'gauge', 'Size of the database file.', [sample({}, gauges.databaseBytes)]),
    family('wal_bytes', 'gauge', 'Size of the write-ahead log beside it.', [sample({}, gauges.walBytes)]),
    family('last_backup_timestamp_seconds', 'gauge', 'When a backup was last made and verified.', [
      ...(gauges.lastBackupSeconds === undefined ? [] : [sample({}, gauges.lastBackupSeconds)]),
    ]),
  ].join('')
}

/** A sample, without its family's name. */
interface Sample {
  suffix?: string
  labels: Labels
  value: number
}

const sample = (labels: Labels, value: number): Sample => ({ labels, value })

const histogram = (seconds: Histogram, labels: Labels): Sample[] => [
  ...seconds.buckets().map(([le, value]) => ({ suffix: '_bucket', labels: { ...labels, le }, value })),
  { suffix: '_sum', labels, value: seconds.sumSeconds },
  { suffix: '_count', labels, value: seconds.count },
]

function family(name: string, type: 'counter' | 'gauge' | 'histogram', help: string, samples: Sample[]) {
  const full = `latchkey_${name}`
  const lines = samples.map(({ suffix = '', labels, value }) => `${full}${suffix}${written(labels)} ${value}`)
  return [`# HELP ${full} ${help}`, `# TYPE ${full} ${type}`, ...lines, ''].join('\n')
}

const written = (labels: Labels) => {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${String(value).replace(/["\\\n]/g, '_')}"`)
  return pairs.length ? `{${pairs.join()}}` : ''
}
