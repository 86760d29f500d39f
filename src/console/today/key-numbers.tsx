import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useAsk } from '../api/hooks'
import { formatNumber } from '../i18n/format'
import { useTexts } from '../i18n/texts'
import { Answered } from '../parts/loading'
import { countedMs } from './polling'
import { todayTexts } from './texts'

/** Four numbers, each beside its value a week ago. */
export function KeyNumbers() {
  const t = useTexts(todayTexts)
  const today = useAsk('GET /stats/today', {}, { everyMs: countedMs })
  return (
    <div className="grid min-w-0 gap-4 sm:grid-cols-2 xl:grid-cols-4">
      <Answered query={today}>
        {({ active_licenses, activations_today, verifications_24h, refused_verifications_24h: refused }) => (
          <>
            <KeyNumber name={t.activeLicenses} value={active_licenses.now}>
              {t.weekAgo(formatNumber(active_licenses.week_ago))}
            </KeyNumber>
            <KeyNumber name={t.activations} value={activations_today.now}>
              {t.sameWeekday(formatNumber(activations_today.week_ago))}
            </KeyNumber>
            <KeyNumber name={t.verifications} value={verifications_24h.now}>
              {t.weekAgo(formatNumber(verifications_24h.week_ago))}
            </KeyNumber>
            <KeyNumber name={t.refused} value={refused.now}>
              {t.weekAgo(formatNumber(refused.week_ago))}
              {refused.now > 0 && (
                <Link
                  to="/calls"
                  search={{ failed: true, route: 'verify', from: '1d' }}
                  className="block py-1 text-accent underline"
                >
                  {t.seeRefused}
                </Link>
              )}
              {refused.code && (
                <Link
                  to="/calls"
                  search={{ code: refused.code, route: 'verify', from: '1d' }}
                  className="block py-1 text-accent underline"
                >
                  {t.mostly([refused.code, refused.message].filter(Boolean).join(' '))}
                </Link>
              )}
            </KeyNumber>
          </>
        )}
      </Answered>
    </div>
  )
}

const KeyNumber = ({ name, value, children }: { name: string; value: number; children: ReactNode }) => (
  <section aria-label={name} className="flex min-w-0 flex-col gap-1 rounded-lg border border-line bg-card p-4">
    <h2 className="text-sm font-medium text-muted">{name}</h2>
    <p className="text-3xl font-semibold">{formatNumber(value)}</p>
    <div className="text-sm text-muted">{children}</div>
  </section>
)
