import { Link, useNavigate, useParams } from '@tanstack/react-router'
import type { Answer } from '../api/client'
import { useAsk } from '../api/hooks'
import { formatNumber } from '../i18n/format'
import { useTexts } from '../i18n/texts'
import { buttonClass } from '../parts/button'
import { Answered } from '../parts/loading'
import { Card, Facts, Page } from '../parts/page'
import { partTexts } from '../parts/texts'
import { Time } from '../parts/time'
import { DeliveriesList } from './deliveries-list'
import { HealthBadge } from './states'
import { webhookTexts } from './texts'
import { WebhookActions } from './webhook-actions'

const refreshMs = 5000
const rowsMax = 1000

/** `/console/webhooks/7`: a webhook, its health and what it was sent. */
export function WebhookPage() {
  const t = useTexts(webhookTexts)
  const navigate = useNavigate()
  const { webhook: id } = useParams({ from: '/webhooks/$webhook' })
  const query = useAsk('GET /webhooks/:id', { id })
  return (
    <Answered query={query}>
      {(webhook) => (
        <Page
          title={t.webhook(webhook.name)}
          actions={
            <>
              <Link to="/webhooks" className={buttonClass()}>
                {t.back}
              </Link>
              <WebhookActions webhook={webhook} onDeleted={() => navigate({ to: '/webhooks' })} />
            </>
          }
        >
          <Card>
            <WebhookFacts webhook={webhook} />
          </Card>
          <HealthCard id={webhook.id} />
          <Card title={t.deliveries}>
            <DeliveriesList webhookId={id} />
          </Card>
        </Page>
      )}
    </Answered>
  )
}

function WebhookFacts({ webhook: { url, events, created_at: createdAt } }: { webhook: Answer<'GET /webhooks/:id'> }) {
  const t = useTexts(webhookTexts)
  return (
    <Facts
      facts={[
        [t.url, url],
        [
          t.events,
          <ul key="events" className="flex flex-wrap gap-x-3">
            {events.map((event) => (
              <li key={event}>
                <Link to="/webhook-events" search={{ event }} className="text-accent underline">
                  {event}
                </Link>
              </li>
            ))}
          </ul>,
        ],
        [t.createdAt, <Time key="at" at={createdAt} />],
      ]}
    />
  )
}

function HealthCard({ id }: { id: number }) {
  const t = useTexts(webhookTexts)
  const parts = useTexts(partTexts)
  const query = useAsk('GET /webhook-health', { limit: rowsMax }, { everyMs: refreshMs })
  return (
    <Card title={t.health}>
      <Answered query={query}>
        {({ webhooks }) => {
          const health = webhooks.find((each) => each.id === id)
          if (!health) return parts.none
          return (
            <Facts
              facts={[
                [t.state, <HealthBadge key="state" state={health.state} />],
                [t.lastSuccess, health.last_success_at ? <Time key="s" at={health.last_success_at} /> : t.never],
                [t.lastFailure, health.last_failure_at ? <Time key="f" at={health.last_failure_at} /> : t.never],
                [t.failuresInRow, formatNumber(health.failures_in_row)],
                [t.backlog, formatNumber(health.backlog)],
                [t.oldestWaiting, <Time key="o" at={health.oldest_waiting_at} isRelative />],
                [t.nextAttempt, <Time key="n" at={health.next_attempt_at} isRelative />],
                [t.lastError, health.last_error ?? parts.none],
              ]}
            />
          )
        }}
      </Answered>
    </Card>
  )
}
