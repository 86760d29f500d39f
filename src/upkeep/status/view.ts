import { type Static, Type } from '@sinclair/typebox'
import { AdviceView } from '../../kernel/message'
import { counter, nullable, timestamp, view, word } from '../../kernel/view'
import { LastBackupFailureView, LastBackupView, RestoredView } from '../backup/view'

/** The status of an installation, without what only the answering process knows. */
const seen = {
  version: Type.String(),
  data_dir: Type.String(),
  licenses: Type.Object(
    {
      available: counter(),
      assigned: counter(),
      expired: counter('They are among the assigned.'),
      reserved: counter(),
      blocked: counter(),
      revoked: counter('They are not among the blocked.'),
    },
    { description: 'How many there are in each state.' },
  ),
  activations: Type.Object({ active: counter('Seats that are taken.'), today: counter('Since midnight, UTC.') }),
  verifications_24h: Type.Object(
    { all: counter(), failed: counter('Those that were refused.') },
    { description: 'In whole hours, the present one included.' },
  ),
  jobs: Type.Object({
    queued: counter(),
    running: counter(),
    dead: counter('Those that have failed for good.'),
    due: counter(),
    oldest_seconds: Type.Integer({ description: 'For how long the first of those due has waited.' }),
  }),
  last_backup: nullable(LastBackupView),
  last_backup_failure: nullable(LastBackupFailureView),
  restored: nullable(RestoredView),
  proxy_problems: Type.Array(
    Type.Object({
      kind: word(['untrusted_proxy', 'unreadable_hop']),
      at: timestamp(),
      peer: Type.String({ description: 'The address that the request came from.' }),
      hop: Type.Optional(Type.String({ description: 'What stood where an address belongs.' })),
    }),
  ),
  low_stock: Type.Array(
    Type.Object({ id: Type.Integer(), name: Type.String(), low_stock: counter(), for_sale: counter() }),
    { description: 'Products with fewer keys for sale than their line.' },
  ),
  webhooks_gone: Type.Array(Type.Object({ id: Type.Integer(), name: Type.String() }), {
    description: 'Those disabled because their receiver answered 410.',
  }),
  database_bytes: counter(),
  wal_bytes: counter(),
  disk_free_bytes: counter(),
}

const SeenView = Type.Object(seen)
export type Seen = Static<typeof SeenView>

const FilesStatusView = Type.Object({
  place: Type.String({ description: 'Where the files of releases lie: a folder, or `s3://bucket/prefix`.' }),
  problem: nullable(Type.String({ description: 'Why they cannot be reached, with the remedy.' })),
  missing: counter('Releases whose file is not there with its size.'),
})

/** The status of an installation at a glance. */
export const StatusView = view('Status', {
  ...seen,
  files: FilesStatusView,
  uptime_seconds: nullable(Type.Integer({ description: 'How long the server runs; null where no server is asked.' })),
  attention: Type.Array(AdviceView, { description: 'What needs attention.' }),
})
export type Status = Static<typeof StatusView>
