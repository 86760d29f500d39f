import { Type } from '@sinclair/typebox'
import { purgeTelemetry } from '../features/telemetry/purge'
import { countTelemetry, pageTelemetry } from '../features/telemetry/service'
import { TelemetryRecordView, telemetryRecordView } from '../features/telemetry/view'
import { momentText, toggle } from '../intake/model'
import { counted } from '../kernel/counted'
import { parseMoment } from '../kernel/moments'
import { counter } from '../kernel/view'
import { period, rangeOf } from './filters'
import { minute } from './lines'
import { listing } from './listing'
import { operation, type Subject } from './operation'
import { productCell } from './product-names'
import { recordFilters, recordsOf } from './telemetry-filters'
import { telemetryStatsOperation } from './telemetry-stats'

const list = listing({
  command: 'telemetry list',
  route: 'GET /telemetry',
  summary: 'list telemetry records, newest first',
  plural: 'records',
  row: TelemetryRecordView,
  filters: Type.Object({
    ...recordFilters,
    ...period,
  }),
  sorts: ['-id', 'created_at'],
  async page({ db, now }, { from, to, ...filter }, wanted) {
    const range = rangeOf({ from, to }, now)
    const { rows, next } = await pageTelemetry(db.read, await recordsOf(db.read, filter, now), { ...wanted, ...range })
    return { rows: rows.map(telemetryRecordView), next }
  },
  columns: {
    ID: ({ id }) => String(id),
    'AT (UTC)': ({ created_at }) => minute(created_at),
    PRODUCT: productCell,
    VERSION: ({ product_version }) => product_version ?? '–',
    'LICENCE KEY': ({ license_key }) => license_key ?? '–',
    GROUP: ({ data_group }) => data_group ?? '–',
    'RED FLAGS': ({ has_red_flags }) => (has_red_flags ? 'yes' : ''),
    DATA: ({ data }) => data ?? '–',
  },
  freeText: ['DATA'],
  none: 'There is no such record.',
})

const purge = operation({
  command: 'telemetry purge',
  route: 'POST /telemetry/purge',
  role: 'operator',
  summary: 'permanently delete telemetry records older than a date',
  input: Type.Object({
    before: momentText({ description: 'Only records before this moment: 2030-01-31 or 2030-01-31T12:00:00Z.' }),
    ...recordFilters,
    dry_run: Type.Optional(toggle({ description: 'Only count the records.' })),
  }),
  output: Type.Object({ records: counter('How many are removed, or would be.'), dry_run: Type.Boolean() }),
  async loses({ before, dry_run, ...filter }, { db, now }) {
    if (dry_run) return ''
    const records = await countTelemetry(db.read, await recordsOf(db.read, filter, now), parseMoment(before)!)
    return records ? `${counted(records, 'record is', 'records are')} gone then, for good.` : ''
  },
  async run({ db, now, onProgress }, { before: given, dry_run = false, ...filter }) {
    const before = parseMoment(given)!
    const wanted = await recordsOf(db.read, filter, now)
    const records = await countTelemetry(db.read, wanted, before)
    if (dry_run) return { records, dry_run }
    const onPurged = (done: number) => onProgress?.(done, records)
    return { records: await purgeTelemetry(db, wanted, { before, now, onPurged }), dry_run }
  },
  show: ({ records, dry_run }) => [
    dry_run
      ? `${counted(records, 'record')} would be removed.`
      : `${counted(records, 'record is', 'records are')} removed.`,
  ],
})

export const telemetryOperations = {
  name: 'telemetry',
  about: 'telemetry sent by your software',
  operations: [list, telemetryStatsOperation, purge],
} as const satisfies Subject
