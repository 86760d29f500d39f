import { Link, useNavigate, useParams } from '@tanstack/react-router'
import type { Answer } from '../api/client'
import { useAsk } from '../api/hooks'
import { OperationButton } from '../commands/operation-dialog'
import { formatNumber } from '../i18n/format'
import { useTexts } from '../i18n/texts'
import { buttonClass } from '../parts/button'
import { CopyButton } from '../parts/copy'
import { Answered } from '../parts/loading'
import { Card, Facts, Page } from '../parts/page'
import { TextBlock } from '../parts/text-block'
import { Time } from '../parts/time'
import { LastAnswer } from './deliveries-list'
import { DeliveryBadge } from './states'
import { webhookTexts } from './texts'

const refreshMs = 3000

/** `/console/deliveries/9`: what was sent, and what came back at each attempt. */
export function DeliveryPage() {
  const t = useTexts(webhookTexts)
  const navigate = useNavigate()
  const { delivery: id } = useParams({ from: '/deliveries/$delivery' })
  const query = useAsk('GET /deliveries/:id', { id: Number(id) }, { everyMs: refreshMs })
  return (
    <Page
      title={t.delivery(id)}
      actions={
        <>
          <Link to="/deliveries" className={buttonClass()}>
            {t.allDeliveries}
          </Link>
          <OperationButton
            command="webhook replay"
            role="operator"
            label={t.replay}
            kind="primary"
            fixed={{ delivery_id: Number(id) }}
            only={[]}
            onDone={(result) => {
              const { delivery_id: sent } = result as Answer<'POST /deliveries/replay'>
              if (sent !== undefined) navigate({ to: '/deliveries/$delivery', params: { delivery: String(sent) } })
            }}
          />
        </>
      }
    >
      <Answered query={query}>{(delivery) => <Delivered delivery={delivery} />}</Answered>
    </Page>
  )
}

function Delivered({ delivery }: { delivery: Answer<'GET /deliveries/:id'> }) {
  const t = useTexts(webhookTexts)
  const { webhook_id: webhook, body, attempts } = delivery
  return (
    <>
      <Card>
        <Facts
          facts={[
            [t.event, delivery.event],
            [t.state, <DeliveryBadge key="state" state={delivery.state} />],
            [t.kind, delivery.kind],
            ...(webhook === null
              ? []
              : [
                  [
                    t.title,
                    <Link
                      key="webhook"
                      to="/webhooks/$webhook"
                      params={{ webhook: String(webhook) }}
                      className="text-accent underline"
                    >
                      {t.webhook(String(webhook))}
                    </Link>,
                  ] as const,
                ]),
            [t.messageId, delivery.message_id],
            [t.made, <Time key="made" at={delivery.created_at} />],
          ]}
        />
      </Card>
      <Card title={t.sent} actions={<CopyButton text={body} />}>
        <p>POST {delivery.url}</p>
        <TextBlock name={t.sent} text={formatted(body)} />
      </Card>
      {attempts.length ? (
        attempts.map((attempt) => <Attempt key={attempt.attempt} attempt={attempt} />)
      ) : (
        <p className="text-muted">{t.noAttempt}</p>
      )}
    </>
  )
}

function Attempt({ attempt }: { attempt: Answer<'GET /deliveries/:id'>['attempts'][number] }) {
  const t = useTexts(webhookTexts)
  const { request_headers: sent, response_headers: received, response_body: answer } = attempt
  return (
    <Card title={t.attempt(String(attempt.attempt))}>
      <p>
        <Time at={attempt.at} /> · {t.duration(formatNumber(attempt.duration_ms))} · <LastAnswer attempt={attempt} />
      </p>
      <h3 className="text-sm font-medium">{t.requestHeaders}</h3>
      <TextBlock name={t.requestHeaders} text={headerText(sent)} />
      <h3 className="text-sm font-medium">{t.responseHeaders}</h3>
      {received ? (
        <TextBlock name={t.responseHeaders} text={headerText(received)} />
      ) : (
        <p className="text-sm text-muted">{t.noHeaders}</p>
      )}
      <h3 className="text-sm font-medium">{t.responseBody}</h3>
      {answer ? <TextBlock name={t.responseBody} text={answer} /> : <p className="text-sm text-muted">{t.noAnswer}</p>}
    </Card>
  )
}

const headerText = (headers: Readonly<Record<string, string>>) =>
  Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n')

/** JSON with line breaks; another text as it is. */
function formatted(body: string) {
  try {
    return JSON.stringify(JSON.parse(body), null, 2)
  } catch {
    return body
  }
}
