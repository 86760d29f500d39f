import { type Static, Type } from '@sinclair/typebox'
import type { License } from '../../../db/schema/licensing'
import { licenses } from '../../../db/schema/licensing'
import { ChangeView } from '../../audit/view'
import { jsonFieldsOf } from '../../kernel/fields'
import { counter, dictionary, nullable, nullableTimestamp, timestamp, view, word } from '../../kernel/view'
import { ActivationView } from '../activations/views'
import { licenseFields } from '../licenses/fields'
import { expiryOf } from '../licenses/policy'
import { featureValue, MetaPairView } from '../products/view'
import { licenseStates, stateWord } from './state'

/** A licence, as shown to operators. */
export const LicenseView = view('License', {
  id: Type.Integer(),
  license_key: Type.String(),
  product_id: Type.Integer(),
  status: word(licenses.status.enumValues, 'What is stored of its state.'),
  state: word(
    licenseStates,
    'How it stands: active is assigned with a seat taken, expired is assigned and has ended, revoked is blocked for good.',
  ),
  owner_name: nullable(Type.String()),
  owner_email: nullable(Type.String()),
  activation_limit: Type.Integer({ description: 'Seats; 0 or less for any number.' }),
  seats_taken: counter(),
  validity: Type.Integer({ description: 'Days from the assignment; 0 for unlimited.' }),
  assigned_at: nullableTimestamp(),
  expires_at: nullableTimestamp('Null while it is not assigned, and where it is for ever.'),
  revoked_at: nullableTimestamp(),
  block_reason: nullable(Type.String()),
  replaced_by: nullable(Type.String({ description: 'The licence key that its owner was given in its place.' })),
  contract_id: nullable(Type.Integer()),
  generator_id: nullable(Type.Integer()),
  created_at: timestamp(),
  updated_at: timestamp(),
})

export const licenseView = (license: License, seatsTaken: number, now: Date): Static<typeof LicenseView> => ({
  ...jsonFieldsOf(license, licenseFields),
  state: stateWord(license, seatsTaken, now),
  seats_taken: seatsTaken,
  expires_at: expiryOf(license)?.toISOString() ?? null,
})

/** A licence in a list. */
export const ListedLicenseView = view('ListedLicense', {
  ...LicenseView.properties,
  product_name: Type.String(),
  last_verified_at: nullableTimestamp('When one of its devices last verified.'),
})

const summary = Type.String({ description: 'How it stands, as a sentence without its stop.' })

/** A licence after a change, with a one-sentence summary. */
export const LicenseSummaryView = view('LicenseSummary', { ...LicenseView.properties, summary })

/** A note of an operator. */
const NoteView = view('LicenseNote', {
  id: Type.Integer(),
  at: timestamp(),
  actor: Type.String(),
  note: Type.String(),
})

/** A change of a licence, and whether it can be undone. */
const LicenseChangeView = view('LicenseChange', {
  ...ChangeView.properties,
  can_undo: Type.Boolean({ description: 'You may undo it, and what it changed has not been changed since.' }),
})

/** A licence with all its details. */
export const LicensePageView = view('LicensePage', {
  ...LicenseView.properties,
  summary,
  product: Type.Object({ id: Type.Integer(), name: Type.String() }),
  replaced_by_id: nullable(Type.Integer({ description: 'The id of the licence that replaces it.' })),
  replaces: nullable(
    Type.Object({ id: nullable(Type.Integer()), license_key: Type.String() }, { description: 'What it replaces.' }),
  ),
  features: dictionary(featureValue),
  meta_data: Type.Array(MetaPairView),
  activations: Type.Array(ActivationView, { description: 'The latest hundred.' }),
  notes: Type.Array(NoteView, { description: 'The latest fifty notes.' }),
  history: Type.Array(LicenseChangeView, { description: 'The latest fifty changes.' }),
})
