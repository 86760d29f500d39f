import { formatNumber } from '../i18n/format'
import { useTexts } from '../i18n/texts'
import { Table } from '../parts/table'
import { Time } from '../parts/time'
import { type Series, useSeriesName } from './names'
import { telemetryTexts } from './texts'

/** How much each series has, from how many devices, and until when. */
export function SeriesTable({ series }: { series: readonly Series[] }) {
  const t = useTexts(telemetryTexts)
  const nameOf = useSeriesName()
  return (
    <Table
      caption={t.records}
      rows={series}
      keyOf={nameOf}
      columns={[
        { key: 'name', heading: t.by, cell: nameOf },
        { key: 'records', heading: t.records, isNumber: true, cell: ({ records }) => formatNumber(records) },
        { key: 'devices', heading: t.devices, isNumber: true, cell: ({ devices }) => formatNumber(devices) },
        { key: 'last', heading: t.last, cell: ({ last_at }) => <Time at={last_at} isRelative /> },
      ]}
    />
  )
}
