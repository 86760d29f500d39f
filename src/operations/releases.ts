import { Type } from '@sinclair/typebox'
import {
  addRelease,
  deleteRelease,
  editRelease,
  pageReleases,
  requireRelease,
  setPublished,
} from '../features/downloads/publishing'
import { ReleaseView, releaseView } from '../features/downloads/view'
import { requireProduct } from '../features/products/service'
import { choice, integer, momentText, text, toggle } from '../intake/model'
import { fieldRef, message } from '../kernel/message'
import { parseMoment } from '../kernel/moments'
import { OperatorError } from '../kernel/operator-error'
import { facts } from './lines'
import { listing } from './listing'
import { operation, type Subject } from './operation'
import { productCell } from './product-names'

const id = integer({ minimum: 1, description: 'The id, from the list.' })
const ofProduct = (description: string) => text({ nullable: true, description })

const said = {
  update_summary: Type.Optional(
    text({ nullable: true, option: 'summary', description: 'What is new, in one sentence.' }),
  ),
  changelog: Type.Optional(text({ nullable: true, orFile: true, description: 'What is new, in full.' })),
  release_date: Type.Optional(
    momentText({ description: 'The date, 2030-01-31 or 2030-01-31T12:00:00Z; default now.' }),
  ),
}

const add = operation({
  command: 'release add',
  route: 'POST /releases',
  role: 'operator',
  takesFile: true,
  summary: 'add a file as a release of a product, as a draft until it is published',
  help: 'Customers get the file under its name.',
  input: Type.Object({
    product: ofProduct('The product: its id, uuid, slug or name.'),
    version: text({ description: 'The version', examples: ['1.0.2'] }),
    numeric_version: integer({ description: 'The number that orders releases', examples: ['102'] }),
    ...said,
    publish: Type.Optional(toggle({ description: 'Publish it at once.' })),
  }),
  output: ReleaseView,
  async run({ db, folder, files, upload, now, onProgress }, { product, version, publish = false, ...given }) {
    if (!upload)
      throw new OperatorError('a release needs its file: send it as the body of the request', 'invalid_input')
    const draft = {
      product,
      version,
      numericVersion: given.numeric_version,
      updateSummary: given.update_summary ?? '',
      changelog: given.changelog ?? '',
      releaseDate: parseMoment(given.release_date ?? ''),
      isPublished: publish,
    }
    return releaseView(await addRelease({ db, folder, files }, draft, { upload, now, onProgress }))
  },
  show: (release) => [
    `Release ${release.id}, version ${release.version} of product ${release.product_id}, ${sizeOf(release)}: ${stateOf(release)}.`,
    ...(release.published ? [] : [`Let customers have it: latchkey release publish ${release.id}`]),
  ],
})

const list = listing({
  command: 'release list',
  route: 'GET /releases',
  summary: 'list all releases, newest first',
  plural: 'releases',
  row: ReleaseView,
  filters: Type.Object({
    product: Type.Optional(ofProduct('Only those of this product: its id, uuid, slug or name.')),
    state: Type.Optional(choice(['draft', 'published'], { description: 'Only published releases, or only drafts.' })),
  }),
  sorts: ['-numeric_version', 'id', 'release_date', 'download_counter', 'file_size'],
  async page({ db }, { product, state }, wanted) {
    const productId = product === undefined ? undefined : (await requireProduct(db.read, product)).id
    const published = state && Number(state === 'published')
    const { rows, next } = await pageReleases(db.read, { productId, published }, wanted)
    return { rows: rows.map(releaseView), next }
  },
  columns: {
    ID: (release) => String(release.id),
    PRODUCT: productCell,
    NUMBER: ({ numeric_version }) => String(numeric_version),
    VERSION: ({ version }) => version,
    STATE: (release) => stateOf(release),
    DATE: ({ release_date }) => release_date.slice(0, 10),
    LOADED: ({ download_counter }) => String(download_counter),
    SIZE: (release) => sizeOf(release),
    FILE: ({ file_name }) => file_name,
  },
  none: 'There is no release: "latchkey release add --help" says how to make one.',
})

const show = operation({
  command: 'release show',
  route: 'GET /releases/:id',
  role: 'viewer',
  summary: 'show a release',
  input: Type.Object({ id }),
  output: ReleaseView,
  run: async ({ db }, { id }) => releaseView(await requireRelease(db.read, id)),
  show: facts,
})

const change = <const Word extends 'publish' | 'withdraw'>(word: Word, isPublished: boolean, summary: string) =>
  operation({
    command: `release ${word}`,
    route: `POST /releases/:id/${word}` as const,
    role: 'operator',
    summary,
    input: Type.Object({ id }),
    output: ReleaseView,
    run: async ({ db, now }, { id }) => releaseView(await db.write((tx) => setPublished(tx, id, { isPublished, now }))),
    show: (release) => [`Release ${release.id}, version ${release.version}: ${stateOf(release)}.`],
  })
const publish = change('publish', true, 'publish a release to customers')
const withdraw = change('withdraw', false, 'withdraw a release until it is published again')

const edit = operation({
  command: 'release edit',
  route: 'PATCH /releases/:id',
  role: 'operator',
  summary: 'change the description of a release; its number and file stay',
  input: Type.Object({
    id,
    version: Type.Optional(text({ description: 'The version', examples: ['1.0.2'] })),
    ...said,
  }),
  output: ReleaseView,
  async run({ db, now }, { id, version, update_summary, changelog, release_date }) {
    const changes = {
      ...(version !== undefined && { version }),
      ...(update_summary !== undefined && { updateSummary: update_summary }),
      ...(changelog !== undefined && { changelog }),
      ...(release_date !== undefined && { releaseDate: parseMoment(release_date)! }),
    }
    if (!Object.keys(changes).length)
      throw new OperatorError(message`say what to change, such as ${fieldRef('update_summary')}`, 'invalid_input')
    return releaseView(await db.write((tx) => editRelease(tx, id, changes, now)))
  },
  show: (release) => [`Release ${release.id} is changed.`, ...facts(release)],
})

const remove = operation({
  command: 'release delete',
  route: 'DELETE /releases/:id',
  role: 'operator',
  summary: 'delete a release; its file goes in a night, a day later, unless another release uses it',
  input: Type.Object({ id }),
  output: ReleaseView,
  loses: async ({ id }, { db }) => {
    const { version, productId } = await requireRelease(db.read, id)
    return `Release ${id}, version ${version} of product ${productId}, is gone then; its file goes in a night, a day later.`
  },
  run: async ({ db, now }, { id }) => releaseView(await deleteRelease(db, id, now)),
  show: (release) => [`Release ${release.id}, version ${release.version}, is deleted.`],
})

export const releases = {
  name: 'release',
  about: 'files that customers download, by version',
  operations: [add, list, show, publish, withdraw, edit, remove],
} as const satisfies Subject

const stateOf = ({ published }: { published: number }) => (published ? 'published' : 'draft')

const sizeOf = ({ file_size }: { file_size: number }) =>
  file_size < 1_048_576 ? `${Math.ceil(file_size / 1024)} KiB` : `${(file_size / 1_048_576).toFixed(1)} MiB`
