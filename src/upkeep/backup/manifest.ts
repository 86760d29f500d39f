import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { Sorry } from '../../kernel/sorry'

const format = 1

const Member = Type.Object({ size: Type.Integer({ minimum: 0 }), sha256: Type.String() })

/** What a backup says of itself; the last thing in it, so that one that was cut off has none. */
export const Manifest = Type.Object({
  format: Type.Literal(format),
  /** The Latchkey that took it. */
  version: Type.String(),
  made_at: Type.String(),
  /** Which sealing key opens its database. */
  sealing_fingerprint: Type.String(),
  /** Every other member of the archive, by name. */
  members: Type.Record(Type.String(), Member),
  /** How many rows each table has. */
  rows: Type.Record(Type.String(), Type.Integer()),
  signing_keys: Type.Array(Type.String()),
  /** Releases whose file was gone or altered when the backup was taken. */
  releases_without_file: Type.Array(Type.Integer()),
})

const Newer = Type.Object({ format: Type.Integer({ minimum: format + 1 }), version: Type.String() })

export type Manifest = Static<typeof Manifest>
export type Member = Static<typeof Member>

export const writeManifest = (facts: Omit<Manifest, 'format'>) => `${JSON.stringify({ format, ...facts }, null, 2)}\n`

/** A `Sorry` for one that a newer version wrote; undefined for what is no manifest. */
export function readManifest(text: string): Manifest | undefined {
  const written = jsonIn(text)
  if (Value.Check(Manifest, written)) return written
  if (!Value.Check(Newer, written)) return undefined
  throw new Sorry(`the backup was taken by a newer Latchkey (${written.version}): restore it with that version`)
}

/** Undefined for what is no JSON. */
export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
