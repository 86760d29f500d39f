import { type Static, type TObject, Type } from '@sinclair/typebox'
import { counter, dictionary, view } from '../../kernel/view'
import type { Problem } from '../tables/problems'

const reasonsMax = 1000
const valuesMax = 10
const placesMax = 3

/** A place in a file. */
export const place = { file: Type.String(), line: Type.Integer() }
export type LinePosition = Static<TObject<typeof place>>

/** A reason for refusing lines, with the first of them. */
export const ReasonView = view('RefusalReason', {
  reason: Type.String(),
  lines: counter('How many lines it holds for. A line that is at fault in two ways stands under both.'),
  column: Type.Optional(Type.String({ description: 'The column at fault.' })),
  values: Type.Optional(
    dictionary(counter(), 'The first ten values that stood in the column, with the number of their lines.'),
  ),
  first: Type.Array(Type.Object(place), { description: 'The first three lines.' }),
})
export type RefusalReason = Static<typeof ReasonView>

/** The reasons of a list by kind; the list is the reported part. */
const byKind = new WeakMap<RefusalReason[], Map<string, RefusalReason>>()

/** Counts one fault of one line among the reasons; after a thousand kinds, new ones only add to the number of lines. */
export function addRefusalReason(
  reasons: RefusalReason[],
  { kind, text, column, value }: Problem,
  place: LinePosition,
) {
  const kinds = byKind.get(reasons) ?? new Map<string, RefusalReason>()
  byKind.set(reasons, kinds)
  let reason = kinds.get(kind)
  if (!reason) {
    if (kinds.size >= reasonsMax) return
    reason = { reason: text, lines: 0, ...(column !== undefined && { column }), first: [] }
    kinds.set(kind, reason)
    reasons.push(reason)
  }
  reason.lines++
  if (reason.first.length < placesMax) reason.first.push(place)
  if (value !== undefined) countValue(reason, value)
}

function countValue(reason: RefusalReason, value: string) {
  reason.values ??= {}
  const known = Object.hasOwn(reason.values, value)
  if (known || Object.keys(reason.values).length < valuesMax) {
    reason.values[value] = (known ? reason.values[value]! : 0) + 1
  }
}
