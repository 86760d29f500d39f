import { Type } from '@sinclair/typebox'
import { counter, openObject, timestamp, view } from '../../kernel/view'

/** A column that contains a text, with the number of rows. */
const PlaceView = view('Place', { column: Type.String({ description: 'As table.column.' }), rows: counter() })

const places = Type.Array(PlaceView, { description: 'Where the address itself stands.' })
const email = Type.String()
const traces = counter('How often the files of the database hold the address.')

/** The number of items about a person, by kind. */
const counts = {
  licenses: counter(),
  metadata: counter(),
  activations: counter(),
  calls: counter(),
  telemetry: counter(),
  audit_entries: counter(),
  deliveries: counter(),
  jobs: counter(),
  idempotency_keys: counter('Answers kept for repeated requests.'),
  unanswered_orders: counter(),
  remarks: counter('Texts that people or receivers have written.'),
}

export const CustomerDataView = view('CustomerData', {
  email,
  license_keys: Type.Array(Type.String()),
  ...counts,
  mentioned_in: places,
})

export const CustomerTracesView = view('CustomerTraces', { email, traces })

export const ErasureView = view('Erasure', {
  dry_run: Type.Boolean(),
  with_licenses: Type.Boolean(),
  ...counts,
  mentioned_in: places,
  traces,
  rewritten: Type.Optional(Type.Boolean({ description: 'Whether the file of the database was written anew.' })),
  log_emptied: Type.Optional(Type.Boolean({ description: 'Whether the write-ahead log was emptied.' })),
  copies: Type.Array(Type.Object({ path: Type.String(), taken_at: timestamp() }), {
    description: 'Files that hold the person still, or may.',
  }),
  backups_kept: counter('How many of its own backups the server keeps.'),
})

const records = (description: string) => Type.Array(openObject(description))
const json = (description: string) => Type.Array(Type.Unknown(), { description })

/** All data stored about a person, as they may request it. */
export const PersonalDataView = view('PersonalData', {
  email,
  licenses: records('The columns of a licence.'),
  metadata: records('The columns of a pair of metadata.'),
  activations: records('The columns of an activation.'),
  calls: records('The columns of a call.'),
  telemetry: records('The columns of a telemetry record.'),
  audit_entries: Type.Array(
    Type.Object({
      id: Type.Integer(),
      at: timestamp(),
      actor: Type.String(),
      verb: Type.String(),
      subject: Type.String(),
      subject_id: Type.String(),
      before: Type.Unknown(),
      after: Type.Unknown(),
    }),
  ),
  deliveries: json('What was sent.'),
  jobs: json('What jobs are about.'),
  idempotency_keys: json('Answers kept for repeated requests.'),
  unanswered_orders: json('Answers to orders that may not have arrived.'),
  remarks: Type.Array(Type.Object({ place: Type.String(), content: Type.String() })),
})
