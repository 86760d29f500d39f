import { allFieldsOf } from '../../kernel/fields'
import type { Customer } from './find'
import { type DocumentKind, documentKinds } from './store'

/** All data stored about a person, as they may request it. */
export function customerExport({ licenses, meta, activations, calls, telemetry, entries, papers, remarks }: Customer) {
  const contents = documentKinds.map((name) => [name, papers[name].map(({ content }) => JSON.parse(content))] as const)
  return {
    licenses: licenses.map(allFieldsOf),
    metadata: meta.map(allFieldsOf),
    activations: activations.map(allFieldsOf),
    calls: calls.map(allFieldsOf),
    telemetry: telemetry.map(allFieldsOf),
    audit_entries: entries.map(({ id, at, actor, verb, subject, subjectId, before, after }) => ({
      ...{ id, at: at.toISOString(), actor, verb, subject, subject_id: subjectId },
      before: parsed(before),
      after: parsed(after),
    })),
    ...(Object.fromEntries(contents) as Record<DocumentKind, unknown[]>),
    remarks: remarks.map(({ place, content }) => ({ place, content })),
  }
}

const parsed = (json: string | null) => json && JSON.parse(json)
