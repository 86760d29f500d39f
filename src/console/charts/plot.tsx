import { useEffect, useRef, useState } from 'react'
import uPlot from 'uplot'
import { useLanguage } from '../i18n/language'
import type { ChartSeries, ChartStep, ChartTone } from './series'
import { colorClass } from './tones'

const height = 220
const dayMs = 86_400_000

export interface PlotProps {
  moments: readonly string[]
  step: ChartStep
  series: readonly ChartSeries[]
  /** Called with the place of a step that was clicked. */
  onPick?: ((place: number) => void) | undefined
}

/** A drawing of series along time, made anew when the colours of the page change. */
export default function Plot(props: PlotProps) {
  return <Drawing key={useLook()} {...props} />
}

/** Bars stand in front of those named before them. */
function Drawing({ moments, step, series, onPick }: PlotProps) {
  const place = useRef<HTMLDivElement>(null)
  const pick = useRef(onPick)
  pick.current = onPick
  const language = useLanguage()

  useEffect(() => {
    const target = place.current
    if (!target) return
    const width = () => Math.max(200, target.clientWidth)
    const colors = colorsIn(target)
    const plot = new uPlot(
      {
        width: width(),
        height,
        legend: { show: false },
        cursor: { drag: { x: false, y: false }, points: { show: false } },
        scales: { x: { time: true }, y: { range: fromZero }, right: { range: fromZero } },
        series: [{}, ...series.map((each) => seriesOf(each, colors))],
        axes: axesOf({ hasRight: series.some(({ isRight }) => isRight), colors, language, step }),
        hooks: {
          ready: [
            ({ over, cursor }) => {
              over.addEventListener('click', () => {
                if (typeof cursor.idx === 'number') pick.current?.(cursor.idx)
              })
            },
          ],
        },
      },
      [moments.map((moment) => Date.parse(moment) / 1000), ...series.map(heightsOf)],
      target,
    )
    const observer = new ResizeObserver(() => plot.setSize({ width: width(), height }))
    observer.observe(target)
    return () => {
      observer.disconnect()
      plot.destroy()
    }
  }, [moments, series, step, language])

  return (
    <div ref={place} className={onPick ? 'cursor-pointer' : undefined}>
      {(Object.keys(colorClass) as ChartTone[]).map((tone) => (
        <span key={tone} data-tone={tone} hidden className={colorClass[tone]} />
      ))}
      <span data-tone="line" hidden className="text-line" />
    </div>
  )
}

type Colors = (tone: ChartTone | 'line') => string

/** The colours as the page has them now. */
function colorsIn(target: HTMLElement): Colors {
  return (tone) => getComputedStyle(target.querySelector(`[data-tone="${tone}"]`)!).color
}

const heightsOf = ({ numbers, stackedOn }: ChartSeries) =>
  numbers.map((number, place) => (stackedOn ? (number ?? 0) + (stackedOn[place] ?? 0) : number))

const fromZero: uPlot.Range.Function = (_, __, max) => [0, Math.max(1, max ?? 1) * 1.05]

function seriesOf({ kind, tone, isRight, dash = [] }: ChartSeries, colors: Colors): uPlot.Series {
  const color = colors(tone)
  const common = { scale: isRight ? 'right' : 'y', stroke: color, points: { show: false } }
  return kind === 'bars'
    ? { ...common, fill: color, width: 0, paths: uPlot.paths.bars!({ size: [0.8, 60] }) }
    : { ...common, width: 2, dash: [...dash], spanGaps: true }
}

interface AxesOptions {
  hasRight: boolean
  colors: Colors
  language: string
  step: ChartStep
}

function axesOf({ hasRight, colors, language, step }: AxesOptions): uPlot.Axis[] {
  const line = { stroke: colors('line'), width: 1 }
  const common = { stroke: colors('muted'), grid: line, ticks: line, font: '12px system-ui, sans-serif' }
  const compact = new Intl.NumberFormat(language, { notation: 'compact' })
  const numbers = (_: uPlot, splits: number[]) =>
    splits.map((value) => (Number.isInteger(value) ? compact.format(value) : ''))
  const zone = step === 'day' ? { timeZone: 'UTC' } : {}
  const day = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short', ...zone })
  const hour = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit' })
  const times = (_: uPlot, splits: number[]) => {
    const apart = ((splits[1] ?? 0) - (splits[0] ?? 0)) * 1000
    const isDay = (value: number) => apart >= dayMs || step === 'day' || new Date(value * 1000).getHours() === 0
    return splits.map((value) => (isDay(value) ? day : hour).format(value * 1000))
  }
  return [
    { ...common, values: times, space: 60 },
    { ...common, values: numbers, size: 56 },
    ...(hasRight
      ? [{ ...common, scale: 'right', side: 1 as const, values: numbers, grid: { show: false }, size: 48 }]
      : []),
  ]
}

/** Changes when the colours of the page do. */
function useLook() {
  const [look, setLook] = useState(0)
  useEffect(() => {
    const change = () => setLook((before) => before + 1)
    const system = matchMedia('(prefers-color-scheme: dark)')
    system.addEventListener('change', change)
    const observer = new MutationObserver(change)
    observer.observe(document.documentElement, { attributeFilter: ['data-theme'] })
    return () => {
      system.removeEventListener('change', change)
      observer.disconnect()
    }
  }, [])
  return look
}
