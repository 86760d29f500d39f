import type { Field } from '../intake/model'
import type { Remedy } from '../kernel/message'
import { shellWord } from '../kernel/shell'
import { declaredOperation, positionalsOf } from './operation'
import { optionFlag } from './option-names'

/** A remedy as a shell command. */
export function commandOf({ operation, input }: Remedy): string {
  const declared = declaredOperation(operation)
  const positionals = (declared ? positionalsOf(declared) : []).filter((name) => name in input)
  const options = Object.keys(input).filter((name) => !positionals.includes(name))
  return [
    `latchkey ${operation}`,
    ...positionals.map((name) => shellWord(String(input[name]))),
    ...options.map((name) => {
      const flag = optionFlag(name, declared?.input.properties[name] as Field | undefined)
      return input[name] === true ? flag : `${flag} ${shellWord(String(input[name]))}`
    }),
  ].join(' ')
}
