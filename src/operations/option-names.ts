import type { Field } from '../intake/model'

type Named = Partial<Pick<Field, 'option' | 'file'>>

/** The name of a field on the command line; a file argument is called `file`. */
export const wordOf = (name: string, { option, file }: Named) => (file ? 'file' : (option ?? name.replaceAll('_', '-')))

/** The flag of a field on the command line; a field that is given in a file ends in `-file`. */
export const optionFlag = (name: string, { option, file }: Named = {}) =>
  `--${option ?? name.replaceAll('_', '-')}${file ? '-file' : ''}`

/** Values of fields as options of a command. */
export const argumentsOf = (...fields: object[]) =>
  fields
    .flatMap((some) => Object.entries(some))
    .flatMap(([name, value]) => {
      if (value === undefined || value === false) return []
      return [value === true ? optionFlag(name) : `${optionFlag(name)}=${value}`]
    })
