import { useAsk } from '../api/hooks'
import { formatNumber } from '../i18n/format'
import { useTexts } from '../i18n/texts'
import { Answered } from '../parts/loading'
import { Card } from '../parts/page'
import { Table } from '../parts/table'
import { Time } from '../parts/time'
import { shortened, useProductName } from './names'
import { telemetryTexts } from './texts'

const versionsMax = 20

/** The versions that devices have reported from. */
export function Versions() {
  const t = useTexts(telemetryTexts)
  const productName = useProductName()
  const query = useAsk('GET /telemetry/stats', {
    by: ['product', 'version'],
    from: '30d',
    step: 'all',
    series: versionsMax,
  })
  return (
    <Card title={t.versions}>
      <p className="text-sm text-muted">{t.versionsHint}</p>
      <Answered query={query}>
        {({ series }) =>
          series.length ? (
            <Table
              caption={t.versions}
              rows={series}
              keyOf={({ product_id, product_version }) => JSON.stringify([product_id, product_version])}
              columns={[
                { key: 'product', heading: t.product, cell: ({ product_id: id }) => productName(id ?? null) },
                {
                  key: 'version',
                  heading: t.version,
                  cell: ({ product_version }) => shortened(product_version ?? t.none),
                },
                { key: 'devices', heading: t.devices, isNumber: true, cell: ({ devices }) => formatNumber(devices) },
                { key: 'records', heading: t.records, isNumber: true, cell: ({ records }) => formatNumber(records) },
                { key: 'last', heading: t.last, cell: ({ last_at }) => <Time at={last_at} isRelative /> },
              ]}
            />
          ) : (
            <p className="text-muted">{t.nothing}</p>
          )
        }
      </Answered>
    </Card>
  )
}
