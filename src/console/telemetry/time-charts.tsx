import { useMemo } from 'react'
import { Chart } from '../charts/chart'
import { type ChartStep, lineLook } from '../charts/series'
import { formatNumber } from '../i18n/format'
import { useTexts } from '../i18n/texts'
import { Card } from '../parts/page'
import { type Series, useSeriesName } from './names'
import { telemetryTexts } from './texts'

/** More lines than that cannot be told apart. */
const linesMax = 6

interface Props {
  moments: readonly string[]
  step: ChartStep
  series: readonly Series[]
  records: number
}

/** The records along time, and the means of the single numbers among them. */
export function TimeCharts({ moments, step, series, records }: Props) {
  const t = useTexts(telemetryTexts)
  const nameOf = useSeriesName()
  const names = series.slice(0, linesMax).map(nameOf).join('\n')
  const [counts, means] = useMemo(() => {
    const named = names.split('\n')
    const shown = series.slice(0, linesMax)
    const common = (place: number) => ({
      key: String(place),
      label: named[place] ?? '',
      kind: 'line' as const,
      ...lineLook(place),
    })
    return [
      shown.map(({ numbers }, place) => ({ ...common(place), numbers })),
      shown
        .map(({ means: numbers }, place) => ({ ...common(place), numbers }))
        .filter(({ numbers }) => numbers.some((mean) => mean !== null)),
    ]
  }, [series, names])
  return (
    <>
      <Card title={t.recordsOf(formatNumber(records))}>
        <Chart caption={t.records} moments={moments} step={step} series={counts} />
      </Card>
      {means.length > 0 && (
        <Card title={t.means}>
          <Chart caption={t.means} moments={moments} step={step} series={means} hasSums={false} />
        </Card>
      )}
    </>
  )
}
