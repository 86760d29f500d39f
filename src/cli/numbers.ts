import { InvalidArgumentError } from 'commander'

/** Reads an option's whole number within bounds. */
export const wholeNumber =
  (minimum: number, maximum = 2_147_483_647) =>
  (text: string): number => {
    const value = Number(text)
    if (!/^-?\d{1,10}$/.test(text) || value < minimum || value > maximum) {
      throw new InvalidArgumentError(`It takes a whole number from ${minimum} to ${maximum}.`)
    }
    return value
  }
