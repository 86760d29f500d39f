import { currentLanguage } from '../i18n/language'

export type ChartTone = 'good' | 'bad' | 'accent' | 'warn' | 'muted'

/** Numbers along time. */
export interface ChartSeries {
  key: string
  label: string
  tone: ChartTone
  kind: 'bars' | 'line'
  numbers: readonly (number | null)[]
  /** Lines of different dashes are told apart without their colours. */
  dash?: readonly number[]
  /** Bars that stand on these. */
  stackedOn?: readonly (number | null)[]
  /** Measured on an axis of its own, at the right. */
  isRight?: boolean
}

export type ChartStep = 'hour' | 'day'

const tones: readonly ChartTone[] = ['accent', 'good', 'warn', 'bad', 'muted']
const dashes: readonly (readonly number[])[] = [[], [8, 4], [2, 3], [10, 3, 2, 3]]

/** How the lines of a chart differ. */
export const lineLook = (place: number) => ({
  tone: tones[place % tones.length]!,
  dash: dashes[place % dashes.length]!,
})

/** The beginning of a step: days are those of UTC. */
export const formatStep = (iso: string, step: ChartStep) =>
  new Intl.DateTimeFormat(
    currentLanguage(),
    step === 'day' ? { dateStyle: 'medium', timeZone: 'UTC' } : { dateStyle: 'medium', timeStyle: 'short' },
  ).format(new Date(iso))

/** The sum of what is there. */
export const sumOf = (numbers: readonly (number | null)[]) =>
  numbers.reduce<number>((sum, number) => sum + (number ?? 0), 0)
