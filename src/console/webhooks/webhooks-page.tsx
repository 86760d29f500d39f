import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { Answer } from '../api/client'
import { useAsk } from '../api/hooks'
import { OperationButton } from '../commands/operation-dialog'
import { formatNumber } from '../i18n/format'
import { useTexts } from '../i18n/texts'
import { buttonClass } from '../parts/button'
import { Answered, Empty } from '../parts/loading'
import { Page } from '../parts/page'
import { SecretDialog } from '../parts/secret-dialog'
import { Table } from '../parts/table'
import { Time } from '../parts/time'
import { type Health, HealthBadge } from './states'
import { webhookTexts } from './texts'

type Row = Answer<'GET /webhooks'>['webhooks'][number] & { health: Health | undefined }

const refreshMs = 10_000
const rowsMax = 1000

/** `/console/webhooks`: the webhooks, and how each is doing. */
export function WebhooksPage() {
  const t = useTexts(webhookTexts)
  const navigate = useNavigate()
  const [secret, setSecret] = useState('')
  const webhooks = useAsk('GET /webhooks', { limit: rowsMax })
  const health = useAsk('GET /webhook-health', { limit: rowsMax }, { everyMs: refreshMs })
  const add = (
    <OperationButton
      command="webhook add"
      role="operator"
      label={t.add}
      kind="primary"
      onDone={(result) => setSecret((result as Answer<'POST /webhooks'>).secret)}
    />
  )
  const healthOf = new Map(health.data?.webhooks.map((each) => [each.id, each]))
  return (
    <Page
      title={t.title}
      actions={
        <>
          <Link to="/webhook-events" className={buttonClass()}>
            {t.allEvents}
          </Link>
          <Link to="/deliveries" className={buttonClass()}>
            {t.allDeliveries}
          </Link>
          {add}
        </>
      }
    >
      <Answered query={webhooks}>
        {({ webhooks: listed }) =>
          listed.length ? (
            <Table<Row>
              caption={t.title}
              rows={listed.map((webhook) => ({ ...webhook, health: healthOf.get(webhook.id) }))}
              keyOf={({ id }) => String(id)}
              onOpen={({ id }) => navigate({ to: '/webhooks/$webhook', params: { webhook: String(id) } })}
              columns={[
                {
                  key: 'name',
                  heading: t.name,
                  cell: ({ id, name }) => (
                    <Link to="/webhooks/$webhook" params={{ webhook: String(id) }} className="text-accent underline">
                      {name}
                    </Link>
                  ),
                },
                {
                  key: 'state',
                  heading: t.state,
                  cell: (row) => row.health && <HealthBadge state={row.health.state} />,
                },
                { key: 'url', heading: t.url, cell: ({ url }) => url },
                { key: 'events', heading: t.events, cell: ({ events }) => t.eventsOf(formatNumber(events.length)) },
                {
                  key: 'success',
                  heading: t.lastSuccess,
                  cell: (row) => <Time at={row.health?.last_success_at} isRelative />,
                },
                {
                  key: 'failures',
                  heading: t.failuresInRow,
                  isNumber: true,
                  cell: (row) => formatNumber(row.health?.failures_in_row ?? 0),
                },
                {
                  key: 'backlog',
                  heading: t.backlog,
                  isNumber: true,
                  cell: (row) => formatNumber(row.health?.backlog ?? 0),
                },
              ]}
            />
          ) : (
            <Empty title={t.none}>{add}</Empty>
          )
        }
      </Answered>
      {secret && <WebhookSecret secret={secret} onClose={() => setSecret('')} />}
    </Page>
  )
}

/** The secret of a webhook, shown once. */
export function WebhookSecret({ secret, onClose }: { secret: string; onClose(): void }) {
  const t = useTexts(webhookTexts)
  return (
    <SecretDialog
      title={t.secretTitle}
      name={t.secretName}
      secret={secret}
      variable="LATCHKEY_WEBHOOK_SECRET"
      onClose={onClose}
    />
  )
}
