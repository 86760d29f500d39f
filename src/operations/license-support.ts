import { Type } from '@sinclair/typebox'
import { keyLengthMax } from '../features/licenses/model'
import { countMatching, licensePage, listLicensePage } from '../features/support/license-page'
import { LicensePageView, ListedLicenseView } from '../features/support/license-view'
import { text } from '../intake/model'
import { countLicenseCalls } from './license-calls'
import { explainLicense } from './license-explanation'
import { issueLicenseFile } from './license-file'
import { LicenseFilters, licenseFilterOf } from './license-filters'
import { type ListedLicense, licenseLines } from './license-lines'
import { findMeantLicense, searchLicenses } from './license-search'
import { stats } from './license-stats'
import { licenseTerms } from './license-terms'
import { undoLicenseChange } from './license-undo'
import { licenseDeeds } from './licenses'
import { minute } from './lines'
import { listing } from './listing'
import { operation, type Subject } from './operation'
import { revealKey } from './reveal'

const sorts = ['id', 'license_key', 'owner_email', 'expires_at', 'created_at']
const columns = {
  'LICENCE KEY': ({ license_key }: ListedLicense) => license_key,
  PRODUCT: ({ product_name }: ListedLicense) => product_name,
  STATE: ({ state }: ListedLicense) => state,
  SEATS: ({ seats_taken, activation_limit }: ListedLicense) =>
    activation_limit > 0 ? `${seats_taken}/${activation_limit}` : String(seats_taken),
  'ENDS (UTC)': ({ expires_at }: ListedLicense) => (expires_at ? minute(expires_at) : '–'),
  OWNER: ({ owner_name, owner_email }: ListedLicense) => [owner_name, owner_email].filter(Boolean).join(' · ') || '–',
}

const list = listing({
  command: 'license list',
  route: 'GET /licenses',
  summary:
    'list licences that match all filters; sorting by owner_email or expires_at leaves out licences without one, --from and --to filter by date of assignment',
  plural: 'licenses',
  row: ListedLicenseView,
  filters: LicenseFilters,
  sorts,
  page: async (context, given, wanted) =>
    listLicensePage(() => context.db.read, await licenseFilterOf(context, given), {
      ...wanted,
      now: context.now,
      isBounded: context.isServer,
    }),
  count: async (context, given) =>
    countMatching(() => context.db.read, await licenseFilterOf(context, given), {
      now: context.now,
      isBounded: context.isServer,
    }),
  columns,
  none: 'There is no such licence.',
})

const search = listing({
  command: 'license search',
  route: 'GET /search/licenses',
  bare: ['text'],
  summary: 'find licences by part of a key, owner, e-mail address, note or metadata',
  plural: 'licenses',
  row: ListedLicenseView,
  filters: Type.Object({
    text: text({ maxLength: 255, description: 'Any part of the text; case and hyphens are ignored.' }),
  }),
  sorts,
  page: searchLicenses,
  columns,
  none: 'No licence matches.',
})

const show = operation({
  command: 'license show',
  route: 'GET /licenses/:license_key',
  role: 'viewer',
  summary: 'show a licence: owner, state, end, seats, features, metadata, history',
  input: Type.Object({
    license_key: text({
      maxLength: keyLengthMax,
      description: 'The licence key, a part that matches one licence only, or id:4711.',
    }),
  }),
  output: LicensePageView,
  async run(context, { license_key }) {
    const { db, now, user } = context
    return licensePage(db.read, await findMeantLicense(context, license_key), { now, role: user?.role ?? 'owner' })
  },
  show: licenseLines,
})

export const licenseOperations = {
  name: 'license',
  about: 'licence keys: owners, terms, state, explanations',
  operations: [
    list,
    search,
    show,
    stats,
    explainLicense,
    countLicenseCalls,
    revealKey,
    ...licenseDeeds,
    ...licenseTerms,
    undoLicenseChange,
    issueLicenseFile,
  ],
} as const satisfies Subject
