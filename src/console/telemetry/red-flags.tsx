import type { Answer } from '../api/client'
import { useAsk } from '../api/hooks'
import { useTexts } from '../i18n/texts'
import { Badge } from '../parts/badge'
import { Answered } from '../parts/loading'
import { Card } from '../parts/page'
import { Table } from '../parts/table'
import { Time } from '../parts/time'
import { shortened } from './names'
import { telemetryTexts } from './texts'

const shown = 20
const dataLengthMax = 200

/** The latest records that do not fit what is known, and why. */
export function RedFlags() {
  const t = useTexts(telemetryTexts)
  const query = useAsk('GET /telemetry', { has_red_flags: 1, limit: shown })
  return (
    <Card title={t.redFlags}>
      <p className="text-sm text-muted">{t.redFlagsHint}</p>
      <Answered query={query}>
        {({ records }) =>
          records.length ? (
            <Table
              caption={t.redFlags}
              rows={records}
              keyOf={({ id }) => String(id)}
              columns={[
                { key: 'at', heading: t.at, cell: ({ created_at }) => <Time at={created_at} isRelative /> },
                {
                  key: 'why',
                  heading: t.why,
                  cell: (record) => (
                    <span className="flex flex-wrap gap-1">
                      {reasonsFor(record, t).map((reason) => (
                        <Badge key={reason} tone="warn">
                          {reason}
                        </Badge>
                      ))}
                    </span>
                  ),
                },
                { key: 'group', heading: t.group, cell: ({ data_group }) => shortened(data_group ?? t.none) },
                {
                  key: 'version',
                  heading: t.version,
                  cell: ({ product_version }) => shortened(product_version ?? t.none),
                },
                {
                  key: 'data',
                  heading: t.data,
                  cell: ({ data }) => data?.slice(0, dataLengthMax) ?? t.none,
                },
              ]}
            />
          ) : (
            <p className="text-muted">{t.noRedFlags}</p>
          )
        }
      </Answered>
    </Card>
  )
}

type TelemetryRecord = Answer<'GET /telemetry'>['records'][number]

const reasonsFor = (record: TelemetryRecord, t: (typeof telemetryTexts)['en']) => [
  ...(record.is_correct_format ? [] : [t.form]),
  ...(record.license_key_exists ? [] : [t.licence]),
  ...(record.product_exists ? [] : [t.unknownProduct]),
  ...(record.product_version_exists ? [] : [t.unknownVersion]),
]
