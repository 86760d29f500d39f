import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { OperatorError } from '../../kernel/operator-error'

const format = 2
/** The format of a manifest that no passphrase authenticates. */
const unbound = 1

const Member = Type.Object({ size: Type.Integer({ minimum: 0 }), sha256: Type.String() })

/** The manifest of a backup. It comes after all the members it lists, so that a truncated backup has none. */
export const Manifest = Type.Object({
  format: Type.Union([Type.Literal(unbound), Type.Literal(format)]),
  /** The Latchkey that took it. */
  version: Type.String(),
  made_at: Type.String(),
  /** Which sealing key opens its database. */
  sealing_fingerprint: Type.String(),
  /** Whether it contains the sealing key, under a passphrase that authenticates this manifest; absent in format 1. */
  keys: Type.Optional(Type.Union([Type.Literal('sealed'), Type.Literal('left out')])),
  /** Every other member of the archive by name, except the sealed key, which is bound to this manifest. */
  members: Type.Record(Type.String(), Member),
  /** How many rows each table has. */
  rows: Type.Record(Type.String(), Type.Integer()),
  signing_keys: Type.Array(Type.String()),
  /** Releases whose file was gone or altered when the backup was taken. */
  releases_without_file: Type.Array(Type.Integer()),
  /** The S3-compatible storage that has the files of releases, which are not in the backup then. */
  files_at: Type.Optional(Type.String()),
})

const Newer = Type.Object({ format: Type.Integer({ minimum: format + 1 }), version: Type.String() })

export type Manifest = Static<typeof Manifest>
export type Member = Static<typeof Member>

export const writeManifest = (facts: Omit<Manifest, 'format'>) => `${JSON.stringify({ format, ...facts }, null, 2)}\n`

/** The text a backup's passphrase authenticates: its manifest as written, which has the hash of every other member. */
export const boundTo = (written: string) => `latchkey backup\n${written}`

/** Whether the sealed key of a backup authenticates the manifest. */
export const isBound = (manifest: Manifest) => manifest.format !== unbound

/**
 * Parses a manifest; undefined if the text is not one. Throws an `OperatorError` for one that a newer version wrote.
 */
export function readManifest(text: string): Manifest | undefined {
  const written = jsonIn(text)
  if (Value.Check(Manifest, written)) return written
  if (!Value.Check(Newer, written)) return undefined
  throw new OperatorError(`the backup was taken by a newer Latchkey (${written.version}): restore it with that version`)
}

/** Undefined if the text is not JSON. */
export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
