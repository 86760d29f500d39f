import type { Command } from 'commander'
import { copyFiles } from '../features/downloads/copying'
import { counted } from '../kernel/counted'
import { OperatorError } from '../kernel/operator-error'
import { bucketUrl } from '../kernel/setting-values'
import { openStorage } from '../storage/storage'
import { inInstallation, withSettings } from './installation-command'
import { type Io, report } from './io'
import { progressBar } from './progress'

/** The word for the data folder, as a place. */
const folderWord = 'folder'
const place = `"${folderWord}" for the data folder, or s3://bucket/prefix with the other files settings as variables`

/** `latchkey release copy-files`. Belongs to the group `release`. */
export function releaseCopyFilesCommand(program: Command, io: Io) {
  const release = program.commands.find((command) => command.name() === 'release')
  if (!release) return
  withSettings(release.command('copy-files'), ['data_dir'])
    .description(
      'copy the files of all releases to another place, beside a running server, and verify each by its hash',
    )
    .requiredOption('--to <place>', place)
    .option('--from <place>', 'where they are now; default: where files_url says')
    .option('--json', 'print the result as JSON')
    .action((options) =>
      inInstallation(options, io, async (installation) => {
        const { config, folder, clock } = installation
        const to = urlOf('--to', options.to)
        const from = options.from === undefined ? config.files_url : urlOf('--from', options.from)
        if (to === from) {
          throw new OperatorError(
            `the files are in ${to || 'the data folder'} already: name another place with --to, or the one they come from with --from`,
            'invalid_input',
          )
        }
        const bar = openBar(io)
        const copied = await copyFiles(installation, {
          from: openStorage(config, folder, from),
          to: openStorage(config, folder, to),
          now: clock(),
          tellProgress: bar.tell,
        }).finally(bar.end)
        report(io, options, { from: from || folderWord, to: to || folderWord, ...copied }, [
          `${counted(copied.copied, 'file')} copied, ${counted(copied.bytes, 'byte')}; ${copied.present} there already. Each was read again and has its hash.`,
          ...copied.lost.map(
            (id) => `The file of release ${id} is missing or damaged where it came from: see "latchkey doctor".`,
          ),
          ...nextSteps(to, config.files_url),
        ])
        if (copied.lost.length)
          throw new OperatorError(
            `${counted(copied.lost.length, 'release has', 'releases have')} no whole file: restore it from a backup, or add the release again`,
          )
      }),
    )
}

const nextSteps = (to: string, now: string) =>
  to === now
    ? []
    : [
        `Next: start the server with files_url ${to ? `= ${to}` : 'empty'}, then run this once more with --from ${now || folderWord} for what came meanwhile.`,
        'Nothing was removed where the files came from.',
      ]

function urlOf(flag: string, text: string) {
  if (text === folderWord) return ''
  try {
    if (text) return bucketUrl(text)
  } catch {}
  throw new OperatorError(`${flag} is "${text}", but it takes ${place}`, 'invalid_input')
}

function openBar(io: Io) {
  let bar: ReturnType<typeof progressBar> | undefined
  let last = 0
  return {
    tell({ done, of }: { done: number; of: number }) {
      bar ??= progressBar(io, of)
      bar.add(done - last)
      last = done
    },
    end: () => bar?.end(),
  }
}
