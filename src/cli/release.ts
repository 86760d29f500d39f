import type { Command } from 'commander'
import type { Release } from '../../db/schema/catalog'
import { addRelease, getReleases, setPublished } from '../features/downloads/publishing'
import { describeRelease } from '../features/downloads/service'
import { Sorry } from '../kernel/sorry'
import { table } from '../operations/lines'
import { parseDate, readText, wholeNumber } from './arguments'
import { inHouse, withSettings } from './house-command'
import { type Io, report } from './io'

const progressFromBytes = 64 * 1_048_576

/** `latchkey release add | list | publish | withdraw` */
export function releaseCommand(program: Command, io: Io) {
  const release = program.command('release').description('the files that customers download, version by version')

  withSettings(release.command('add'), ['data_dir'])
    .description('copy a file into the data folder as a release of a product; a draft until it is published')
    .requiredOption('--product <product>', 'whose release it is: its id, uuid or slug')
    .requiredOption('--version <text>', 'its name: 1.0.2')
    .requiredOption('--numeric-version <n>', 'its number, which orders releases: 102', wholeNumber(0))
    .requiredOption('--file <path>', 'the file; it keeps its name')
    .option('--summary <text>', 'what is new, in a sentence', '')
    .option('--changelog <text>', 'what is new, at length')
    .option('--changelog-file <path>', 'the same from a file')
    .option('--release-date <date>', 'its date instead of now: 2030-01-31 or 2030-01-31T12:00:00Z', parseDate)
    .option('--publish', 'let customers have it at once')
    .option('--json', 'print the release as JSON')
    .action((options) =>
      inHouse(options, io, async (house) => {
        const draft = {
          product: options.product,
          version: options.version,
          numericVersion: options.numericVersion,
          path: options.file,
          updateSummary: options.summary,
          changelog: changelogOf(options),
          releaseDate: options.releaseDate,
          isPublished: options.publish === true,
        }
        const added = await addRelease(house, draft, { now: house.clock(), onProgress: progressOn(io) })
        report(io, options, asJson(added), [
          `Release ${added.id}, version ${added.version} of product ${added.productId}, ${sizeOf(added)}: ${stateOf(added)}.`,
          ...(added.published ? [] : [`Let customers have it: latchkey release publish ${added.id}`]),
        ])
      }),
    )

  withSettings(release.command('list'), ['data_dir'])
    .description('every release, newest first')
    .option('--product <product>', 'only those of this product: its id, uuid or slug')
    .option('--json', 'print them as JSON')
    .action((options) =>
      inHouse(options, io, async ({ db }) => {
        const releases = await getReleases(db.read, options.product)
        const headings = ['ID', 'PRODUCT', 'NUMBER', 'VERSION', 'STATE', 'DATE', 'LOADED', 'SIZE', 'FILE']
        const none = 'There is no release: "latchkey release add --help" says how to make one.'
        report(io, options, { releases: releases.map(asJson) }, table(headings, releases.map(asRow), none))
      }),
    )

  for (const [name, isPublished, description] of [
    ['publish', true, 'let customers see and download a release'],
    ['withdraw', false, 'take a release back: nobody sees or downloads it until it is published again'],
  ] as const) {
    withSettings(release.command(name), ['data_dir'])
      .description(description)
      .argument('<id>', 'its id, as "release list" shows it', wholeNumber(1))
      .option('--json', 'print the release as JSON')
      .action((id, options) =>
        inHouse(options, io, async ({ db, clock }) => {
          const changed = await db.write((tx) => setPublished(tx, id, { isPublished, now: clock() }))
          report(io, options, asJson(changed), [`Release ${id}, version ${changed.version}: ${stateOf(changed)}.`])
        }),
      )
  }
}

function changelogOf({ changelog, changelogFile }: { changelog?: string; changelogFile?: string }) {
  if (changelog !== undefined && changelogFile !== undefined) {
    throw new Sorry('give either --changelog or --changelog-file', 'usage')
  }
  return changelogFile === undefined ? (changelog ?? '') : readText(changelogFile)
}

/** For large files at a terminal: how much of it has been copied, on one line. */
function progressOn(io: Io) {
  let shown = -1
  return (bytes: number, of: number) => {
    if (!process.stderr.isTTY || of < progressFromBytes) return
    const percent = Math.min(100, Math.floor((bytes / of) * 100))
    if (percent === shown) return
    shown = percent
    io.err(`\rCopying … ${percent} %${percent === 100 ? '\n' : ''}`)
  }
}

const stateOf = ({ published }: Release) => (published ? 'published' : 'draft')

const sizeOf = ({ fileSize }: Release) =>
  fileSize < 1_048_576 ? `${Math.ceil(fileSize / 1024)} KiB` : `${(fileSize / 1_048_576).toFixed(1)} MiB`

const asJson = (release: Release) => ({
  ...describeRelease(release),
  file_name: release.fileName,
  file_size: release.fileSize,
  sha256: release.fileHash,
})

const asRow = (release: Release) => [
  String(release.id),
  String(release.productId),
  String(release.numericVersion),
  release.version,
  stateOf(release),
  release.releaseDate.toISOString().slice(0, 10),
  String(release.downloadCounter),
  sizeOf(release),
  release.fileName,
]
