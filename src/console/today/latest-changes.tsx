import { Link } from '@tanstack/react-router'
import { useAsk } from '../api/hooks'
import { useTexts } from '../i18n/texts'
import { Answered } from '../parts/loading'
import { Card } from '../parts/page'
import { Table } from '../parts/table'
import { Time } from '../parts/time'
import { liveMs } from './polling'
import { todayTexts } from './texts'

const shown = 50

/** The latest changes, as they happen. */
export function LatestChanges() {
  const t = useTexts(todayTexts)
  const latest = useAsk('GET /audit', { limit: shown }, { everyMs: liveMs })
  const all = (
    <Link to="/audit" className="text-sm text-accent underline">
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
                  { key: 'when', heading: t.when, cell: ({ at }) => <Time at={at} isRelative /> },
                  { key: 'who', heading: t.who, cell: ({ actor }) => actor },
                  { key: 'what', heading: t.what, cell: ({ verb }) => verb },
                  {
                    key: 'on',
                    heading: t.on,
                    cell: ({ subject_name, subject_id, batch }) =>
                      batch ? t.several(String(batch.from), String(batch.to)) : (subject_name ?? subject_id),
                  },
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
