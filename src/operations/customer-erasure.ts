import { Type } from '@sinclair/typebox'
import { findText, type TextOccurrence } from '../database/find-text'
import { isHeld } from '../database/lock'
import { overwriting } from '../database/secure-delete'
import { removeLicenses } from '../features/licenses/service'
import { addressOf, customerReference } from '../features/support/customer-reference'
import { toggle } from '../intake/model'
import { counted } from '../kernel/counted'
import { OperatorError } from '../kernel/operator-error'
import { removeImports } from '../transfer/import/job'
import { eraseCustomer } from '../upkeep/customer/erase'
import { countsOf, findCustomer, isKnown } from '../upkeep/customer/find'
import { forgetLateCalls } from '../upkeep/customer/late-calls'
import { type Copy, listCopies } from '../upkeep/customer/traces'
import { ErasureView } from '../upkeep/customer/view'
import { optimize } from '../upkeep/optimize'
import { runCommand } from '../upkeep/subprocess'
import { facts } from './lines'
import { type OperationContext, operation } from './operation'

export const erase = operation({
  command: 'customer erase',
  route: 'POST /customers/:email/erase',
  role: 'owner',
  summary: 'erase a person; their licences stay without an owner, and places that still hold the address are listed',
  input: Type.Object({
    email: customerReference(),
    with_licenses: Type.Optional(toggle({ description: 'Also delete their licences.' })),
    dry_run: Type.Optional(toggle({ description: 'Only report what would be erased.' })),
  }),
  output: ErasureView,
  async loses({ email: reference, with_licenses, dry_run }, { db }) {
    if (dry_run) return ''
    const email = await addressOf(db.read, reference)
    return `This erases all that is kept of ${email} for good${with_licenses ? ', their licences too' : ''}.`
  },
  async run(context, { email: reference, with_licenses = false, dry_run = false }) {
    const { db, folder, config } = context
    const email = await addressOf(db.read, reference)
    const found = await findCustomer(db.read, email)
    // An earlier erasure beside a running server may have left something.
    if (!isKnown(found) && !(await countTracesAside(folder, email))) {
      throw new OperatorError(`there is nothing of a person with the e-mail address ${email}`, 'not_found')
    }
    const done = dry_run ? undefined : await eraseAll(context, email, with_licenses)
    return {
      ...{ dry_run, with_licenses },
      ...(done?.counts ?? countsOf(found)),
      mentioned_in: await findText(db.read, email),
      traces: await countTracesAside(folder, email),
      // Absent in a trial, which rewrites nothing.
      ...done?.wiped,
      copies: await listCopies(folder, config.backup_to, email),
      backups_kept: config.backup_keep,
    }
  },
  show: ({ dry_run, with_licenses, mentioned_in, traces, rewritten, log_emptied, copies, backups_kept, ...counts }) => [
    `This ${dry_run ? 'would be' : 'is'} erased${with_licenses ? ', with the licences' : ''}:`,
    ...facts(counts),
    ...(dry_run ? [] : left({ mentioned_in, traces, log_emptied, rewritten })),
    ...copiesLeft(copies, backups_kept),
  ],
})

/** Counts traces in a subprocess: closing the files in this one would drop its locks. */
export const countTracesAside = async (folder: string, email: string): Promise<number> =>
  // An address that begins like an option is searched without its beginning.
  (await runCommand(folder, ['customer', 'traces', email.replace(/^-+/, '')])).value.traces

/** Removes the person from all tables, then from what else the files contain. */
async function eraseAll(context: OperationContext, email: string, withLicenses: boolean) {
  const { db, folder, now, isServer, clock } = context
  const { counts, found } = await db.write(async (tx) => {
    const { licenses } = await findCustomer(tx, email)
    if (withLicenses) await overwriting(tx, () => removeLicenses(tx, licenses, now))
    const erased = await eraseCustomer(tx, email, now)
    return { ...erased, counts: { ...erased.counts, licenses: licenses.length } }
  })
  removeImports(folder)
  if (isServer || isHeld(folder)) await forgetLateCalls(db, found, clock())
  const { rewritten = false, log_emptied = false } = isServer
    ? (await runCommand(folder, ['optimize', '--wipe'])).value
    : await optimize(context, { wipes: true })
  return { counts, wiped: { rewritten, log_emptied } }
}

interface Left {
  mentioned_in: TextOccurrence[]
  traces: number
  rewritten: boolean | undefined
  log_emptied: boolean | undefined
}

function left({ mentioned_in, traces, rewritten, log_emptied }: Left) {
  if (!traces) return ['', 'Nothing in the files of the database holds the address.']
  const remedy =
    rewritten || mentioned_in.length ? [] : ['Stop the server and erase once more: the file is written anew then.']
  return [
    '',
    `The files of the database still hold the address ${counted(traces, 'time')}.`,
    ...(log_emptied ? [] : ['The write-ahead log is in use: try again in a while.']),
    ...mentioned_in.map(({ column, rows }) => `  It stands in ${column}: ${counted(rows, 'row')}.`),
    ...remedy,
  ]
}

const copiesLeft = (copies: readonly Copy[], kept: number) =>
  copies.length
    ? [
        '',
        'These files hold it, or may; delete them when you no longer need them:',
        ...copies.map(({ path, taken_at }) => `  ${path}, of ${taken_at}`),
        ...(kept ? [`Of its own backups the server keeps the last ${kept}.`] : []),
      ]
    : []
