import { lazy, type ReactNode, Suspense, useMemo } from 'react'
import { loadPiece } from '../api/lazy-page'
import { formatNumber } from '../i18n/format'
import { useTexts } from '../i18n/texts'
import { Loading } from '../parts/loading'
import { type Column, Table } from '../parts/table'
import type { PlotProps } from './plot'
import { type ChartSeries, formatStep, sumOf } from './series'
import { chartTexts } from './texts'
import { strokeClass } from './tones'

// Most pages draw nothing.
const Plot = lazy(loadPiece(() => import('./plot')))

interface Props extends PlotProps {
  /** What is drawn, for those who cannot see it. */
  caption: string
  /** What the time of a row in the table leads to. */
  linkOf?(place: number, text: string): ReactNode
  format?(number: number): string
  /** Whether a sum of the numbers means something. */
  hasSums?: boolean
}

interface Row {
  place: number
  moment: string
}

/** A chart with its legend, and its numbers as a table. */
export function Chart({
  caption,
  moments,
  step,
  series,
  onPick,
  linkOf,
  format = formatNumber,
  hasSums = true,
}: Props) {
  const t = useTexts(chartTexts)
  const isEmpty = series.every(({ numbers }) => numbers.every((number) => !number))
  const rows = useMemo(
    () =>
      moments
        .map((moment, place) => ({ place, moment }))
        .filter(({ place }) => series.some(({ numbers }) => numbers[place]))
        .reverse(),
    [moments, series],
  )
  if (isEmpty) return <p className="text-muted">{t.nothing}</p>
  const columns: Column<Row>[] = [
    {
      key: 'from',
      heading: t.from,
      cell: ({ place, moment }) => {
        const text = formatStep(moment, step)
        return <time dateTime={moment}>{linkOf ? linkOf(place, text) : text}</time>
      },
    },
    ...series.map(({ key, label, numbers }) => ({
      key,
      heading: label,
      isNumber: true,
      cell: ({ place }: Row) => {
        const number = numbers[place]
        return number === null || number === undefined ? '–' : format(number)
      },
    })),
  ]
  const described = series
    .map(({ label, numbers }) => (hasSums ? t.total(label, format(sumOf(numbers))) : label))
    .join(', ')
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <Legend series={series} />
      <div role="img" aria-label={t.summary(caption, described)} className="min-h-[220px] min-w-0 overflow-hidden">
        <Suspense fallback={<Loading />}>
          <Plot moments={moments} step={step} series={series} onPick={onPick} />
        </Suspense>
      </div>
      <details>
        <summary className="w-fit text-sm text-accent">{t.asTable}</summary>
        <Table caption={caption} columns={columns} rows={rows} keyOf={({ moment }) => moment} />
      </details>
    </div>
  )
}

const Legend = ({ series }: { series: readonly ChartSeries[] }) => (
  <ul className="flex flex-wrap gap-x-4 gap-y-1 text-sm">
    {series.map(({ key, label, tone, kind, dash = [] }) => (
      <li key={key} className="flex min-w-0 items-center gap-2">
        <svg aria-hidden="true" width="28" height="10" className="shrink-0">
          <title>{label}</title>
          <line
            x1="0"
            x2="28"
            y1="5"
            y2="5"
            className={strokeClass[tone]}
            strokeWidth={kind === 'bars' ? 10 : 3}
            strokeDasharray={dash.join(' ') || undefined}
          />
        </svg>
        <span className="min-w-0">{label}</span>
      </li>
    ))}
  </ul>
)
