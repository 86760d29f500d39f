import { InvalidArgumentError } from 'commander'
import { parseMoment } from '../kernel/moments'

const largest = 2_147_483_647

/** A whole number from `least` on, as an option or an argument. */
export const wholeNumberFrom = (least: number) => (text: string) => {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < least || value > largest)
    throw new InvalidArgumentError(`It takes a whole number from ${least} to ${largest}.`)
  return value
}

/** A point in time, as an option. */
export function parseDate(text: string) {
  const moment = parseMoment(text)
  if (!moment) throw new InvalidArgumentError('It takes a date: 2030-01-31 or 2030-01-31T12:00:00Z.')
  return moment
}
