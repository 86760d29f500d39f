import { Link } from '@tanstack/react-router'
import type { Answer } from '../api/client'
import { useAsk } from '../api/hooks'
import { subjectPage } from '../audit/subject-page'
import { useTexts } from '../i18n/texts'
import { Answered } from '../parts/loading'
import { Card } from '../parts/page'
import { Table } from '../parts/table'
import { Time } from '../parts/time'
import { liveMs } from './polling'
import { todayTexts } from './texts'

const shown = 50
const linkClass = 'text-accent underline'

/** The latest changes, as they happen. */
export function LatestChanges() {
  const t = useTexts(todayTexts)
  const latest = useAsk('GET /audit', { limit: shown }, { everyMs: liveMs })
  const all = (
    <Link to="/audit" className={`text-sm ${linkClass}`}>
      {t.allChanges}
    </Link>
  )
  return (
    <Card title={t.latest} actions={all}>
      <Answered query={latest}>
        {({ entries }) =>
          entries.length ? (
            <div className="max-h-96 overflow-y-auto">
              <Table
                caption={t.latest}
                rows={entries}
                keyOf={({ id }) => String(id)}
                columns={[
                  {
                    key: 'when',
                    heading: t.when,
                    cell: ({ id, at }) => (
                      <Link to="/audit/$entry" params={{ entry: String(id) }} className={linkClass}>
                        <Time at={at} isRelative />
                      </Link>
                    ),
                  },
                  { key: 'who', heading: t.who, cell: ({ actor }) => actor },
                  { key: 'what', heading: t.what, cell: ({ verb }) => verb },
                  { key: 'on', heading: t.on, cell: (entry) => <ChangedThing entry={entry} /> },
                ]}
              />
            </div>
          ) : (
            <p className="text-muted">{t.noneYet}</p>
          )
        }
      </Answered>
    </Card>
  )
}

/** What was changed, which leads to its page if it has one. */
function ChangedThing({ entry }: { entry: Answer<'GET /audit'>['entries'][number] }) {
  const t = useTexts(todayTexts)
  const { subject_name: name, subject_id: id, batch } = entry
  const text = batch ? t.several(String(batch.from), String(batch.to)) : (name ?? id)
  const page = subjectPage(entry)
  if (!page) return text
  return (
    <Link {...page} className={linkClass}>
      {text}
    </Link>
  )
}
