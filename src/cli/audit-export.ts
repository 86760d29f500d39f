import { appendFileSync, closeSync, fsyncSync, openSync, rmSync } from 'node:fs'
import type { Command } from 'commander'
import { listEntries } from '../audit/history'
import { namedEntries } from '../audit/view'
import type { Db } from '../database/database'
import { counted } from '../kernel/counted'
import { OperatorError } from '../kernel/operator-error'
import { denied, isDenial } from '../kernel/ownership'
import { inspectLog } from '../upkeep/audit-log'
import { inInstallation, withSettings } from './installation-command'
import { type Io, report } from './io'

const rowsPerPage = 1000

/** `latchkey audit export`: all pages of `GET /admin/api/audit` in one file. Belongs to the group `audit`. */
export function auditExportCommand(program: Command, io: Io) {
  const audit = program.commands.find((command) => command.name() === 'audit')
  if (!audit) return
  withSettings(audit.command('export'), ['data_dir'])
    .description('export the whole audit log to a new file, oldest first, as JSON lines')
    .argument('<file>', 'the new file')
    .option('--json', 'print the number of entries as JSON')
    .action((path, options) =>
      inInstallation(options, io, async ({ db, sealer }) => {
        const entries = await writeAll(db, path)
        const { broken } = await inspectLog(() => db.read, sealer)
        report(io, options, { file: path, entries, broken }, [
          `${counted(entries, 'entry is', 'entries are')} written to ${path}.`,
          ...(broken ? [`The audit log is broken at row ${broken.id}: ${broken.reason}.`] : []),
        ])
        // Everything is printed; only the exit code is left.
        if (broken) throw new OperatorError('')
      }),
    )
}

async function writeAll(db: Db, path: string): Promise<number> {
  const file = create(path)
  let isWhole = false
  try {
    for (let entries = 0, after = 0; ; ) {
      const page = await listEntries(db.read, after, rowsPerPage)
      const lines = (await namedEntries(db.read, page)).map((entry) => `${JSON.stringify(entry)}\n`)
      appendFileSync(file, lines.join(''))
      entries += page.length
      after = page.at(-1)?.id ?? after
      if (page.length < rowsPerPage) {
        fsyncSync(file)
        isWhole = true
        return entries
      }
    }
  } finally {
    closeSync(file)
    if (!isWhole) rmSync(path, { force: true })
  }
}

function create(path: string) {
  try {
    return openSync(path, 'wx', 0o600)
  } catch (error) {
    if ((error as { code?: string }).code === 'EEXIST')
      throw new OperatorError(`${path} exists already: choose another name`)
    throw new OperatorError(isDenial(error) ? denied(path, 'write to') : `cannot write ${path}: check its folder`)
  }
}
