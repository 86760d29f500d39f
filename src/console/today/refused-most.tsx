import { Link } from '@tanstack/react-router'
import { useAsk } from '../api/hooks'
import { formatNumber } from '../i18n/format'
import { useTexts } from '../i18n/texts'
import { Answered } from '../parts/loading'
import { Card } from '../parts/page'
import { Table } from '../parts/table'
import { chartMs } from './polling'
import { todayTexts } from './texts'

const asked = { by: ['code', 'product'], failed: true, from: '7d', step: 'all', series: 8 } as const

/** The answers and products of most refused calls. */
export function RefusedMost() {
  const t = useTexts(todayTexts)
  const refused = useAsk('GET /calls/stats', { ...asked, by: [...asked.by] }, { everyMs: chartMs })
  return (
    <Card title={t.refusedMost}>
      <Answered query={refused}>
        {({ series }) =>
          series.length ? (
            <Table
              caption={t.refusedMost}
              rows={series}
              keyOf={({ code, product_id }) => `${code} ${product_id}`}
              columns={[
                {
                  key: 'answer',
                  heading: t.answer,
                  cell: ({ code, message }) => (
                    <Link to="/calls" search={{ code, from: '7d' }} className="text-accent underline">
                      {[code, message].filter(Boolean).join(' ')}
                    </Link>
                  ),
                },
                {
                  key: 'product',
                  heading: t.product,
                  cell: ({ product, product_id }) => product ?? (product_id ? `#${product_id}` : t.noProduct),
                },
                { key: 'calls', heading: t.calls, isNumber: true, cell: ({ calls }) => formatNumber(calls) },
              ]}
            />
          ) : (
            <p className="text-muted">{t.noneRefused}</p>
          )
        }
      </Answered>
    </Card>
  )
}
