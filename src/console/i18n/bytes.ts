import { currentLanguage } from './language'

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const

/** A size in the largest unit that leaves a number of at least one: 1.5 MB. */
export function formatBytes(bytes: number): string {
  const step = Math.min(units.length - 1, bytes > 0 ? Math.floor(Math.log10(bytes) / 3) : 0)
  return new Intl.NumberFormat(currentLanguage(), {
    style: 'unit',
    unit: units[step]!,
    maximumFractionDigits: 1,
  }).format(bytes / 1000 ** step)
}
