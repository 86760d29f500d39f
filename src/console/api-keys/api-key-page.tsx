import { Link, useParams } from '@tanstack/react-router'
import { useAsk } from '../api/hooks'
import { formatNumber } from '../i18n/format'
import { useTexts } from '../i18n/texts'
import { buttonClass } from '../parts/button'
import { Answered } from '../parts/loading'
import { Card, Facts, Page } from '../parts/page'
import { Table } from '../parts/table'
import { Time } from '../parts/time'
import { ApiKeyActions } from './api-key-actions'
import { ExplainKey } from './explain-key'
import { type ApiKey, ApiKeyBadge } from './states'
import { apiKeyTexts } from './texts'

/** `/console/api-keys/3`: one API key, what it may and what was done with it. */
export function ApiKeyPage() {
  const t = useTexts(apiKeyTexts)
  const { key: id } = useParams({ from: '/api-keys/$key' })
  const query = useAsk('GET /api-keys/:id', { id })
  return (
    <Answered query={query}>
      {(apiKey) => (
        <Page
          title={t.apiKey(apiKey.name)}
          actions={
            <>
              <Link to="/api-keys" className={buttonClass()}>
                {t.back}
              </Link>
              <ApiKeyActions apiKey={apiKey} />
            </>
          }
        >
          <Card>
            <KeyFacts apiKey={apiKey} />
          </Card>
          <Calls id={id} />
          <Card title={t.explain}>
            <ExplainKey id={id} />
          </Card>
        </Page>
      )}
    </Answered>
  )
}

function KeyFacts({ apiKey }: { apiKey: ApiKey }) {
  const t = useTexts(apiKeyTexts)
  const { capabilities: held, previous_until: until } = apiKey
  return (
    <Facts
      facts={[
        [t.begins, <code key="prefix">{apiKey.prefix}…</code>],
        [t.state, <ApiKeyBadge key="state" apiKey={apiKey} />],
        [t.may, held.includes('*') ? t.everything : held.join(', ')],
        [t.addresses, apiKey.allowed_ips.join(', ') || t.anywhere],
        [t.rateLimit, apiKey.rate_limit_per_minute === null ? t.unlimited : formatNumber(apiKey.rate_limit_per_minute)],
        [t.dialect, apiKey.dialect === 'sdk' ? t.sdkDialect : t.standardDialect],
        [t.expires, apiKey.expires_at ? <Time key="expires" at={apiKey.expires_at} /> : t.never],
        [t.lastUsed, apiKey.last_used_at ? <Time key="used" at={apiKey.last_used_at} /> : t.never],
        [t.createdAt, <Time key="created" at={apiKey.created_at} />],
        ...(until ? [[t.previousUntil, <Time key="until" at={until} />] as const] : []),
      ]}
    />
  )
}

/** How many calls it made in a week, and what was answered. */
function Calls({ id }: { id: string }) {
  const t = useTexts(apiKeyTexts)
  const query = useAsk('GET /calls/stats', { by: ['code'], from: '7d', api_key: id })
  return (
    <Card title={t.callsOf}>
      <Answered query={query}>
        {({ totals, series }) => (
          <>
            <Facts
              facts={[
                [t.calls, formatNumber(totals.calls)],
                [t.refused, formatNumber(totals.refused)],
              ]}
            />
            {series.length > 0 && (
              <Table
                caption={t.callsOf}
                rows={series}
                keyOf={({ code }) => String(code)}
                columns={[
                  { key: 'code', heading: t.code, cell: ({ code, message }) => `${code} ${message ?? ''}`.trim() },
                  { key: 'calls', heading: t.calls, isNumber: true, cell: ({ calls }) => formatNumber(calls) },
                ]}
              />
            )}
          </>
        )}
      </Answered>
    </Card>
  )
}
