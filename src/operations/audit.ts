import { createPublicKey } from 'node:crypto'
import { Type } from '@sinclair/typebox'
import { AuditFacetsView, facetsOf } from '../audit/facets'
import { findEntry, findHead, pageEntries } from '../audit/history'
import { AuditEntryView, namedEntries } from '../audit/view'
import { integer, text } from '../intake/model'
import { counted } from '../kernel/counted'
import { message, remedy } from '../kernel/message'
import { OperatorError } from '../kernel/operator-error'
import { counter, nullable } from '../kernel/view'
import { inspectLog } from '../upkeep/audit-log'
import { AuditFilters, auditFilterOf } from './audit-filters'
import { facts, minute, table } from './lines'
import { listing } from './listing'
import { operation, type Subject } from './operation'

const list = listing({
  command: 'audit list',
  route: 'GET /audit',
  summary: 'list changes and who made them, newest first',
  plural: 'entries',
  row: AuditEntryView,
  filters: AuditFilters,
  sorts: ['-id'],
  async page({ db, now }, given, wanted) {
    const { rows, next } = await pageEntries(db.read, auditFilterOf(given, now), wanted)
    return { rows: await namedEntries(db.read, rows), next }
  },
  columns: {
    ID: ({ id }) => String(id),
    'AT (UTC)': ({ at }) => minute(at),
    WHO: ({ actor }) => actor,
    ACTION: ({ verb }) => verb,
    RECORD: ({ batch, subject_id, subject_name }) => {
      if (batch) return `${batch.from} to ${batch.to}`
      return subject_name === null ? subject_id : `${subject_name} (${subject_id})`
    },
    CHANGES: ({ before, after }) => changesOf(before, after),
  },
  freeText: ['CHANGES'],
  none: 'There is no such entry.',
})

const show = operation({
  command: 'audit show',
  route: 'GET /audit/:id',
  role: 'viewer',
  summary: 'show a change',
  input: Type.Object({ id: integer({ minimum: 1, description: 'The id, from the list.' }) }),
  output: AuditEntryView,
  async run({ db }, { id }) {
    const entry = await findEntry(db.read, id)
    if (!entry) throw new OperatorError(`there is no entry ${id}: see "latchkey audit list"`, 'not_found')
    return (await namedEntries(db.read, [entry]))[0]!
  },
  show: facts,
})

const facets = operation({
  command: 'audit facets',
  route: 'GET /audit/facets',
  role: 'viewer',
  summary: 'count the latest entries by who made them, by subject and by action: what the list can be filtered by',
  input: Type.Object({}),
  output: AuditFacetsView,
  run: ({ db }) => facetsOf(db.read),
  show: ({ counted: all, actors, subjects, verbs }) => [
    `Of the latest ${counted(all, 'entry', 'entries')}:`,
    '',
    ...table(
      ['WHO', 'ENTRIES', 'LATEST (UTC)'],
      actors.map(({ actor, entries, last_at }) => [actor, String(entries), minute(last_at)]),
      'There is no entry.',
    ),
    ...['', ...countsOf(['SUBJECT', 'ENTRIES'], subjects, ({ subject }) => subject)],
    ...['', ...countsOf(['ACTION', 'ENTRIES'], verbs, ({ verb }) => verb)],
  ],
})

const countsOf = <Row extends { entries: number }>(headings: string[], rows: Row[], nameOf: (row: Row) => string) =>
  table(
    headings,
    rows.map((row) => [nameOf(row), String(row.entries)]),
    'There is no entry.',
  )

const verify = operation({
  command: 'audit verify',
  route: 'GET /audit/verification',
  role: 'viewer',
  summary: 'verify the whole audit log and name the first row that was altered or removed; exit code 1 if there is one',
  input: Type.Object({
    head: Type.Optional(text({ description: 'A head you kept, as "audit head" printed it: 120:9f3c…' })),
    public_key: Type.Optional(
      text({ file: true, description: 'A public key, as PEM, that must have signed a checkpoint of this log.' }),
    ),
  }),
  output: Type.Object({
    rows: counter('Rows that are whole.'),
    checkpoints: counter(),
    broken: nullable(
      Type.Object(
        { id: Type.Integer(), reason: Type.String() },
        { description: 'The first row that is not what it was; null where the log is whole.' },
      ),
    ),
    unkeyed_until: counter('The last row of an older version, which hashed without a key; 0 where there is none.'),
  }),
  async run({ db, sealer }, { head, public_key }) {
    const anchor = { head: head === undefined ? undefined : readHead(head), publicPem: readPublicKey(public_key) }
    const { unkeyedUntil, ...found } = await inspectLog(() => db.read, sealer, anchor)
    return { ...found, unkeyed_until: unkeyedUntil }
  },
  isFailure: ({ broken }) => broken !== null,
  show: ({ rows, checkpoints, broken, unkeyed_until }) =>
    broken
      ? [
          `The audit log is broken at row ${broken.id}: ${broken.reason}.`,
          `${counted(rows, 'row before it is', 'rows before it are')} whole.`,
        ]
      : [
          `The audit log is whole: ${counted(rows, 'row')}, ${counted(checkpoints, 'signed checkpoint')}.`,
          ...(unkeyed_until
            ? [`Rows up to ${unkeyed_until} are from an older version: they are as they were when it was upgraded.`]
            : []),
        ],
})

const head = operation({
  command: 'audit head',
  route: 'GET /audit/head',
  role: 'viewer',
  summary: 'print the last row and its hash; keep it elsewhere for "audit verify --head"',
  input: Type.Object({}),
  output: Type.Object({ head: Type.String({ description: 'The id of the last row and its hash.' }) }),
  async run({ db }) {
    const found = await findHead(db.read)
    if (!found) throw new OperatorError('what said where the log ends is gone: see "latchkey audit verify"')
    return { head: `${found.head.auditId}:${found.head.hash}` }
  },
  show: ({ head }) => [head],
})

function readHead(given: string) {
  const [, id, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(given.trim()) ?? []
  if (hash === undefined)
    throw new OperatorError('a head looks like 120:9f3c…, as "latchkey audit head" prints it', 'invalid_input')
  return { id: Number(id), hash }
}

function readPublicKey(pem: string | undefined) {
  if (pem === undefined) return undefined
  try {
    return createPublicKey(pem).export({ type: 'spki', format: 'pem' }).toString()
  } catch {
    throw new OperatorError(
      message`the public key is not in PEM form: ${remedy('key show')} prints the one of this folder`,
      'invalid_input',
    )
  }
}

export const audit = {
  name: 'audit',
  about: 'the audit log: who changed what, tamper-evident',
  operations: [list, facets, show, verify, head],
} as const satisfies Subject

type Side = Record<string, unknown> | null

/** The change on one line: `name: "a" → "b"`; if there is only one side, that side. */
function changesOf(before: Side, after: Side) {
  const sides = [before, after].filter((side) => side !== null)
  const all = [...new Set(sides.flatMap((side) => Object.keys(side)))]
  const names = sides.length === 1 ? all.filter((name) => !isNothing(sides[0]![name])) : all
  return names.map((name) => `${name}: ${sides.map((side) => shown(side[name])).join(' → ')}`).join(', ')
}

const isNothing = (value: unknown) => ['null', '""', '[]', '{}'].includes(JSON.stringify(value))

const shownLengthMax = 80

function shown(value: unknown) {
  const text = value === undefined ? '–' : JSON.stringify(value)
  return text.length > shownLengthMax ? `${text.slice(0, shownLengthMax)}…` : text
}
