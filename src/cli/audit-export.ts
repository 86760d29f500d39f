import { appendFileSync } from 'node:fs'
import { Type } from '@sinclair/typebox'
import type { Command } from 'commander'
import type { Field } from '../intake/model'
import { counted } from '../kernel/counted'
import { OperatorError } from '../kernel/operator-error'
import { AuditExportFields, auditFilterOf } from '../operations/audit-filters'
import { exportAudit } from '../transfer/export/audit-log'
import { inspectLog } from '../upkeep/audit-log'
import { inInstallation, withSettings } from './installation-command'
import { type Io, report } from './io'
import { writeNewFile } from './new-file'
import { fieldValues, optionOf } from './operation-command'

const exporting = { route: 'GET /audit/export', input: Type.Object(AuditExportFields) } as const

/** `latchkey audit export`: the text of `GET /admin/api/audit/export` in a file. Belongs to the group `audit`. */
export function auditExportCommand(program: Command, io: Io) {
  const audit = program.commands.find((command) => command.name() === 'audit')
  if (!audit) return
  const command = withSettings(audit.command('export'), ['data_dir'])
    .description('export the audit log to a new file, oldest first')
    .argument('<file>', 'the new file')
  for (const [name, field] of Object.entries(exporting.input.properties))
    command.addOption(optionOf(name, field as Field, false))
  command.option('--json', 'print the number of entries as JSON').action((path, options) => {
    const { format = 'jsonl', ...given } = fieldValues(exporting, options)
    return inInstallation(options, io, async ({ db, sealer, clock }) => {
      const filter = auditFilterOf(given, clock())
      const { head = null, pieces } = await exportAudit(db, { filter, format })
      const entries = await writeNewFile(path, async (file) => {
        let written = 0
        for await (const { text, entries } of pieces()) {
          appendFileSync(file, text)
          written += entries
        }
        return written
      })
      const { broken } = await inspectLog(() => db.read, sealer)
      report(io, options, { file: path, entries, head, broken }, [
        `${counted(entries, 'entry is', 'entries are')} written to ${path}.`,
        ...(broken ? [`The audit log is broken at row ${broken.id}: ${broken.reason}.`] : []),
      ])
      // Everything is printed; only the exit code is left.
      if (broken) throw new OperatorError('')
    })
  })
}
