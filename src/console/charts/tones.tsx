import type { ChartTone } from './series'

// Tailwind reads the classes of files that end so.

/** The classes of a line in the legend. */
export const strokeClass: Record<ChartTone, string> = {
  good: 'stroke-good',
  bad: 'stroke-bad',
  accent: 'stroke-accent',
  warn: 'stroke-warn',
  muted: 'stroke-muted',
}

/** The classes from which a drawing takes its colours. */
export const colorClass: Record<ChartTone, string> = {
  good: 'text-good',
  bad: 'text-bad',
  accent: 'text-accent',
  warn: 'text-warn',
  muted: 'text-muted',
}
