import type { Answer } from '../api/client'
import { formatNumber } from '../i18n/format'
import { useTexts } from '../i18n/texts'
import { SelectField, TextField } from '../parts/field'
import { auditTexts } from './texts'

interface Props {
  facets: Answer<'GET /audit/facets'>
  search: Readonly<Record<string, string | undefined>>
}

/** The filters of the log; who, what and of what with how often among the latest entries. */
export function AuditFilterFields({ facets, search }: Props) {
  const t = useTexts(auditTexts)
  const choices = (all: string, chosen: string | undefined, counts: readonly (readonly [string, number])[]) => [
    { value: '', label: all },
    ...(chosen && !counts.some(([value]) => value === chosen) ? [{ value: chosen, label: chosen }] : []),
    ...counts.map(([value, count]) => ({ value, label: t.withCount(value, formatNumber(count)) })),
  ]
  const { actor, subject, verb } = search
  return (
    <>
      <SelectField
        label={t.who}
        name="actor"
        defaultValue={actor}
        choices={choices(
          t.everybody,
          actor,
          facets.actors.map((each) => [each.actor, each.entries]),
        )}
      />
      <SelectField
        label={t.subject}
        name="subject"
        defaultValue={subject}
        choices={choices(
          t.everything,
          subject,
          facets.subjects.map((each) => [each.subject, each.entries]),
        )}
      />
      <SelectField
        label={t.action}
        name="verb"
        defaultValue={verb}
        choices={choices(
          t.everything,
          verb,
          facets.verbs.map((each) => [each.verb, each.entries]),
        )}
      />
      <TextField label={t.subjectId} name="id" defaultValue={search.id} />
      <TextField label={t.request} name="request_id" maxLength={64} defaultValue={search.request_id} />
      <TextField label={t.from} name="from" type="date" defaultValue={search.from} />
      <TextField label={t.to} name="to" type="date" defaultValue={search.to} />
    </>
  )
}
