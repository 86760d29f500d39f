import { TriangleAlert } from 'lucide-react'
import { useAsk } from '../api/hooks'
import { RemedyButtons } from '../commands/remedy-buttons'
import { formatNumber } from '../i18n/format'
import { useTexts } from '../i18n/texts'
import { buttonClass } from '../parts/button'
import { Answered } from '../parts/loading'
import { Card } from '../parts/page'
import { countedMs } from './polling'
import { todayTexts } from './texts'

/** Leads to the list of what needs somebody; nothing while that is empty. */
export function AttentionLink() {
  const t = useTexts(todayTexts)
  const { attention = [] } = useAsk('GET /status', {}, { everyMs: countedMs }).data ?? {}
  if (!attention.length) return null
  return (
    <a href="#attention" className={buttonClass()}>
      <TriangleAlert aria-hidden size={16} />
      {t.needAttention(formatNumber(attention.length))}
    </a>
  )
}

/** What needs somebody, with the operations that help. */
export function Attention() {
  const t = useTexts(todayTexts)
  const status = useAsk('GET /status', {}, { everyMs: countedMs })
  return (
    <div id="attention" className="min-w-0">
      <Card title={t.attention}>
        <Answered query={status}>
          {({ attention }) =>
            attention.length ? (
              <ul className="flex flex-col gap-3">
                {attention.map(({ message, remedies }) => (
                  <li key={message} className="flex min-w-0 flex-col gap-2 border-l-4 border-warn pl-3">
                    <p>{message}</p>
                    <div className="flex flex-wrap gap-2">
                      <RemedyButtons remedies={remedies} />
                    </div>
                  </li>
                ))}
              </ul>
            ) : (
              <p className="text-muted">{t.nothingNeeded}</p>
            )
          }
        </Answered>
      </Card>
    </div>
  )
}
