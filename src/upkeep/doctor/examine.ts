import { type Static, Type } from '@sinclair/typebox'
import { inspectRows } from '../../database/engine'
import type { DatabaseInspection } from '../../database/inspection'
import type { Deps } from '../../deps'
import { type Message, RemedyView } from '../../kernel/message'
import { nullable, view } from '../../kernel/view'
import { runCommand } from '../subprocess'
import type { Check, CheckContext } from './check'
import { localFiles, remoteFiles } from './files'
import { contents, surroundings } from './folder'
import { licensing } from './licensing'
import { records } from './records'
import { settingChecks } from './settings'
import { work } from './work'

type Installation = Pick<Deps, 'config' | 'database' | 'folder' | 'files' | 'sealer' | 'isServer'>

const filesCheck = ({ files }: Pick<Deps, 'files'>) => (files.isLocal ? localFiles : remoteFiles)

const checksOf = (installation: Installation): readonly Check[] => [
  ...licensing,
  ...work,
  ...contents,
  filesCheck(installation),
  ...surroundings,
  ...records,
  ...settingChecks,
]

/** The checks that a server runs itself: a subprocess has other settings, and no key to a storage. */
const ownChecksOf = ({ files }: Installation): readonly Check[] => [
  ...(files.isLocal ? [] : [remoteFiles]),
  ...settingChecks,
]

/** The result of one check. */
const CheckView = view('Check', {
  name: Type.String(),
  promise: Type.String({ description: 'What must hold, as a sentence.' }),
  ok: Type.Boolean(),
  findings: Type.Array(Type.String()),
  remedy: nullable(Type.String({ description: 'What to do; null where nothing was found.' })),
  remedies: Type.Array(RemedyView, { description: 'The operations that help.' }),
})
type Checked = Static<typeof CheckView>

export const DiagnosisView = view('Diagnosis', { ok: Type.Boolean(), checks: Type.Array(CheckView) })
export type Diagnosis = Static<typeof DiagnosisView>

/** Runs every check and changes nothing. A server runs it in a subprocess. */
export async function examine(installation: Installation, now: Date): Promise<Diagnosis> {
  const checked = installation.isServer
    ? await examineAside(installation, now)
    : await runChecks(checksOf(installation), installation, now)
  return { ok: checked.every(({ ok }) => ok), checks: checked }
}

/** Runs most checks in a subprocess, the rest here. */
async function examineAside(installation: Installation, now: Date) {
  const { value } = await runCommand(installation.folder, ['doctor'])
  const own = await runChecks(ownChecksOf(installation), installation, now)
  const { checks } = value as Diagnosis
  const names = new Set([...checks, ...own].map(({ name }) => name))
  return [...names].map(
    (name) => (own.find((check) => check.name === name) ?? checks.find((check) => check.name === name))!,
  )
}

/** Runs every check on an open database, which may be in a transaction; changes nothing. */
export const examineOpen = (installation: Installation, database: DatabaseInspection, now: Date) =>
  runChecksOn(database, { wanted: checksOf(installation), installation, now })

const runChecks = (wanted: readonly Check[], installation: Installation, now: Date) =>
  inspectRows(installation.database, (database) => runChecksOn(database, { wanted, installation, now }))

interface Examination {
  wanted: readonly Check[]
  installation: Installation
  now: Date
}

async function runChecksOn(database: DatabaseInspection, { wanted, installation, now }: Examination) {
  const checked: Checked[] = []
  const place = installation.database
  for (const check of wanted) checked.push(await runCheck(check, { ...installation, place, database, now }))
  return checked
}

async function runCheck({ name, promise, remedy, find }: Check, patient: CheckContext): Promise<Checked> {
  // Queries of a damaged file may throw; that is reported as a finding.
  const findings = await find(patient).catch((error) => [`it cannot be looked at: ${error.message}`])
  const ok = findings.length === 0
  const { message, remedies } = adviceOf(remedy)
  return { name, promise, ok, findings, remedy: ok ? null : message, remedies: ok ? [] : remedies }
}

const adviceOf = (remedy: string | Message) =>
  typeof remedy === 'string' ? { message: remedy, remedies: [] } : remedy.advice
