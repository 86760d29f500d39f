import { Link, useNavigate } from '@tanstack/react-router'
import { useMemo } from 'react'
import { useAsk } from '../api/hooks'
import { Chart } from '../charts/chart'
import type { ChartSeries } from '../charts/series'
import { useTexts } from '../i18n/texts'
import { Answered } from '../parts/loading'
import { Card } from '../parts/page'
import { chartMs } from './polling'
import { todayTexts } from './texts'

const hourMs = 3_600_000
const week = { from: '7d', step: 'hour' } as const

/** The calls of a week by the hour, granted and refused, with the activations among them. */
export function WeekChart() {
  const t = useTexts(todayTexts)
  const navigate = useNavigate()
  const calls = useAsk('GET /calls/stats', { ...week, by: ['result'] }, { everyMs: chartMs })
  const activations = useAsk('GET /calls/stats', { ...week, by: ['code'], code: ['300'] }, { everyMs: chartMs })
  const [counted, activated] = [calls.data, activations.data]

  const series = useMemo((): ChartSeries[] => {
    if (!counted) return []
    const zeros = counted.moments.map(() => 0)
    const of = (result: string) => counted.series.find((each) => each.result === result)?.numbers ?? zeros
    const [good, refused] = [of('good'), of('refused')]
    return [
      // Behind the granted ones, so that their upper part shows.
      { key: 'refused', label: t.refusedShort, tone: 'bad', kind: 'bars', numbers: refused, stackedOn: good },
      { key: 'good', label: t.good, tone: 'good', kind: 'bars', numbers: good },
      {
        key: 'activations',
        label: t.activationsLine,
        tone: 'accent',
        kind: 'line',
        isRight: true,
        numbers: activated?.series[0]?.numbers ?? zeros,
      },
    ]
  }, [counted, activated, t])

  return (
    <Card title={t.week}>
      <Answered query={calls}>
        {({ moments }) => (
          <>
            <Chart
              caption={t.week}
              moments={moments}
              step="hour"
              series={series}
              onPick={(place) => navigate({ to: '/calls', search: hourAt(moments[place]!) })}
              linkOf={(place, text) => (
                <Link to="/calls" search={hourAt(moments[place]!)} className="text-accent underline">
                  {text}
                </Link>
              )}
            />
            <p className="text-sm text-muted">
              {t.openHour} {t.logIsOff}
            </p>
          </>
        )}
      </Answered>
    </Card>
  )
}

/** The calls of an hour, as the page of calls filters them. */
const hourAt = (moment: string) => ({ from: moment, to: new Date(Date.parse(moment) + hourMs).toISOString() })
