import { Type } from '@sinclair/typebox'
import { requireContract } from '../features/contracts/operator'
import { keyLengthMax } from '../features/licenses/model'
import { type StatusWord, statusWords } from '../features/licenses/policy'
import { productReference } from '../features/products/model'
import { requireProduct } from '../features/products/service'
import { licensePage, listLicensePage } from '../features/support/license-page'
import { LicensePageView, ListedLicenseView } from '../features/support/license-view'
import { integer, text } from '../intake/model'
import { period, rangeOf, words } from './filters'
import { explainLicense } from './license-explanation'
import { type ListedLicense, licenseLines } from './license-lines'
import { findMeantLicense, searchLicenses } from './license-search'
import { stats } from './license-stats'
import { licenseTerms } from './license-terms'
import { licenseDeeds } from './licenses'
import { minute } from './lines'
import { listing } from './listing'
import { operation, type Subject } from './operation'
import { revealKey } from './reveal'

const sorts = ['id', 'license_key', 'owner_email', 'expires_at']
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
  filters: Type.Object({
    product: Type.Optional(productReference('Only those of this product: its id, uuid, slug or name.')),
    status: words(
      Object.keys(statusWords) as StatusWord[],
      'Only those in one of these states; active holds a seat, expired has ended',
      ['expired', 'blocked,revoked'],
    ),
    ...period,
    owner_email: Type.Optional(text({ maxLength: 255, description: 'Only those of this owner.' })),
    key: Type.Optional(text({ description: 'Keys that begin with this, in upper or lower case.' })),
    contract: Type.Optional(text({ maxLength: 255, description: 'Only those drawn from this contract.' })),
    generator: Type.Optional(integer({ minimum: 1, description: 'Only those drawn by this generator.' })),
  }),
  sorts,
  async page({ db, now }, { product, status, from, to, owner_email, key, contract, generator }, wanted) {
    const filter = {
      productId: product === undefined ? undefined : (await requireProduct(db.read, product)).id,
      states: status,
      assigned: rangeOf({ from, to }, now),
      ownerEmail: owner_email,
      key,
      contractId: contract === undefined ? undefined : (await requireContract(db.read, contract)).id,
      generatorId: generator,
    }
    return listLicensePage(db.read, filter, { ...wanted, now })
  },
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
      description: 'The licence key, or a part that matches one licence only.',
    }),
  }),
  output: LicensePageView,
  run: async (context, { license_key }) =>
    licensePage(context.db.read, await findMeantLicense(context, license_key), context.now),
  show: licenseLines,
})

export const licenseOperations = {
  name: 'license',
  about: 'licence keys: owners, terms, state, explanations',
  operations: [list, search, show, stats, explainLicense, revealKey, ...licenseDeeds, ...licenseTerms],
} as const satisfies Subject
