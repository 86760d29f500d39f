import { Link } from '@tanstack/react-router'
import type { Answer } from '../api/client'
import { useAsk } from '../api/hooks'
import { formatNumber } from '../i18n/format'
import { useTexts } from '../i18n/texts'
import { Answered } from '../parts/loading'
import { Card } from '../parts/page'
import { ScrollArea } from '../parts/scroll-area'
import { type LicenseDetails, licenseInput, referenceOf } from './data'
import { licenseTexts } from './texts'

type CallDay = Answer<'GET /licenses/:license_key/calls'>['days'][number]

/** What software asked about the licence in 30 days: a bar for each day, which leads to its calls. */
export function CallsCard({ license }: { license: LicenseDetails }) {
  const t = useTexts(licenseTexts)
  const query = useAsk('GET /licenses/:license_key/calls', licenseInput(license))
  return (
    <div className="no-print">
      <Card
        title={t.calls}
        actions={
          <Link
            to={'/calls' as never}
            search={{ license: referenceOf(license) } as never}
            className="text-accent underline"
          >
            {t.allCalls}
          </Link>
        }
      >
        <Answered query={query}>{({ days }) => <Strip license={license} days={days} />}</Answered>
      </Card>
    </div>
  )
}

const dayMs = 86_400_000
const barHeight = 64

function Strip({ license, days }: { license: LicenseDetails; days: readonly CallDay[] }) {
  const t = useTexts(licenseTexts)
  const sum = (count: (day: CallDay) => number) => days.reduce((total, day) => total + count(day), 0)
  const [good, refused] = [sum((day) => day.good), sum((day) => day.refused)]
  if (!good && !refused) return <p className="text-muted">{t.noCalls}</p>
  const most = Math.max(...days.map((day) => day.good + day.refused))
  const heightOf = (count: number) => Math.ceil((count / most) * barHeight)
  return (
    <>
      <p className="text-sm text-muted">{t.callSums(formatNumber(good), formatNumber(refused))}</p>
      <ScrollArea name={t.calls} isAtEnd>
        <ol className="flex items-end">
          {days.map((day) => (
            <li key={day.day}>
              <Link
                to={'/calls' as never}
                search={{ license: referenceOf(license), from: day.day, to: nextDay(day.day) } as never}
                aria-label={t.callDay(day.day, formatNumber(day.good), formatNumber(day.refused))}
                title={t.callDay(day.day, formatNumber(day.good), formatNumber(day.refused))}
                className="flex w-6 flex-col justify-end px-0.5"
                style={{ height: barHeight + 2 }}
              >
                <span className="block rounded-t-sm bg-bad" style={{ height: heightOf(day.refused) }} />
                <span className="block bg-good" style={{ height: heightOf(day.good) }} />
                <span className="block h-px bg-control" />
              </Link>
            </li>
          ))}
        </ol>
      </ScrollArea>
    </>
  )
}

const nextDay = (day: string) => new Date(Date.parse(day) + dayMs).toISOString().slice(0, 10)
