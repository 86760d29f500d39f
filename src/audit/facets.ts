import { type Static, Type } from '@sinclair/typebox'
import type { Queryable } from '../database/connection'
import { counter, timestamp, view } from '../kernel/view'
import { countByActor } from './store'

/** Counting some ten thousand entries takes a hundredth of a second, however long the log is. */
const countedMax = 20_000

const entries = counter('How many of them.')

/** What the audit log can be filtered by, counted among its latest entries. */
export const AuditFacetsView = view('AuditFacets', {
  counted: counter(`How many entries were counted: the latest, at most ${countedMax}.`),
  actors: Type.Array(Type.Object({ actor: Type.String(), entries, last_at: timestamp('Their latest entry.') })),
  subjects: Type.Array(Type.Object({ subject: Type.String(), entries })),
  verbs: Type.Array(Type.Object({ verb: Type.String(), entries })),
})

/** Actors, subjects and verbs of the latest entries, the most frequent first. */
export async function facetsOf(db: Queryable): Promise<Static<typeof AuditFacetsView>> {
  const rows = await countByActor(db, countedMax)
  const actors = new Map<string, { entries: number; lastAt: number }>()
  const subjects = new Map<string, number>()
  const verbs = new Map<string, number>()
  for (const { actor, verb, entries, lastAt } of rows) {
    const known = actors.get(actor) ?? { entries: 0, lastAt: 0 }
    actors.set(actor, { entries: known.entries + entries, lastAt: Math.max(known.lastAt, lastAt) })
    const subject = verb.slice(0, verb.indexOf('.'))
    subjects.set(subject, (subjects.get(subject) ?? 0) + entries)
    verbs.set(verb, (verbs.get(verb) ?? 0) + entries)
  }
  return {
    counted: rows.reduce((sum, row) => sum + row.entries, 0),
    actors: [...actors]
      .map(([actor, { entries, lastAt }]) => ({ actor, entries, last_at: new Date(lastAt).toISOString() }))
      .sort(mostFirst),
    subjects: [...subjects].map(([subject, entries]) => ({ subject, entries })).sort(mostFirst),
    verbs: [...verbs].map(([verb, entries]) => ({ verb, entries })).sort(mostFirst),
  }
}

const mostFirst = (a: { entries: number }, b: { entries: number }) => b.entries - a.entries
