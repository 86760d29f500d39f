import { writeFileSync } from 'node:fs'
import { Type } from '@sinclair/typebox'
import type { Command } from 'commander'
import { recordDownload, requireFile } from '../features/downloads/publishing'
import { integer } from '../intake/model'
import { inPieces } from '../storage/storage'
import { inInstallation, withSettings } from './installation-command'
import { type Io, report } from './io'
import { writeNewFile } from './new-file'
import { fieldValues } from './operation-command'

const downloading = { route: 'GET /releases', input: Type.Object({ id: integer({ minimum: 1 }) }) } as const

/** `latchkey release download`: what `GET /admin/api/releases/:id/file` sends. Belongs to the group `release`. */
export function releaseDownloadCommand(program: Command, io: Io) {
  const release = program.commands.find((command) => command.name() === 'release')
  if (!release) return
  withSettings(release.command('download'), ['data_dir'])
    .description('copy the file of a release, published or not, to a new file')
    .argument('<id>', 'the id, from the list')
    .argument('<file>', 'the new file')
    .option('--json', 'print its size and SHA-256 as JSON')
    .action((given, path, options) => {
      const { id } = fieldValues(downloading, { ...options, id: given })
      return inInstallation(options, io, async ({ db, files, clock }) => {
        const found = await requireFile({ db, files }, id)
        await writeNewFile(path, async (file) => {
          for await (const piece of inPieces(await found.read(0, found.size))) writeFileSync(file, piece)
        })
        await db.write((tx) => recordDownload(tx, id, found, clock()))
        const { name, size, hash } = found
        report(io, options, { file: path, name, size, sha256: hash }, [`${name}, ${size} bytes, is copied to ${path}.`])
      })
    })
}
