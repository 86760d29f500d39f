import { Link } from '@tanstack/react-router'
import { useAsk } from '../api/hooks'
import { useTexts } from '../i18n/texts'
import { useAddress } from '../parts/address'
import { buttonClass } from '../parts/button'
import { CopyButton } from '../parts/copy'
import { Answered } from '../parts/loading'
import { Page } from '../parts/page'
import { TextBlock } from '../parts/text-block'
import { webhookTexts } from './texts'

/** `/console/webhook-events`: what webhooks are told of; the address may name the one that is open. */
export function EventsPage() {
  const t = useTexts(webhookTexts)
  const { search } = useAddress('event')
  const query = useAsk('GET /webhook-events', {})
  return (
    <Page
      title={t.allEvents}
      actions={
        <Link to="/webhooks" className={buttonClass()}>
          {t.back}
        </Link>
      }
    >
      <p className="text-muted">{t.catalogueNote}</p>
      <Answered query={query}>
        {({ events }) => (
          <ul className="flex flex-col gap-2">
            {events.map(({ event, summary, example }) => (
              <li key={event} className="rounded-lg border border-line bg-card p-3">
                <details open={search.event === event}>
                  <summary>
                    <span className="font-medium">{event}</span> <span className="text-muted">{summary}</span>
                  </summary>
                  <div className="flex flex-col gap-2 pt-2">
                    <TextBlock name={`${t.example}: ${event}`} text={example} />
                    <div>
                      <CopyButton text={example} />
                    </div>
                  </div>
                </details>
              </li>
            ))}
          </ul>
        )}
      </Answered>
    </Page>
  )
}
