import { variableOf } from '../config'
import type { Field } from '../intake/model'
import { flagOfSetting, type ShowPart, shownCommand } from '../kernel/message'
import { type Operation, positionalsOf } from '../operations/operation'
import { optionFlag, wordOf } from '../operations/option-names'
import { commandOf } from '../operations/remedy'
import { isSecret } from '../settings/sealed'

/** Shows the references of a message as written on the command line; fields are those of `operation`. */
export const showAtTerminal =
  (operation: Operation | undefined): ShowPart =>
  (part) => {
    if ('field' in part) {
      const field = operation?.input.properties[part.field] as Field | undefined
      const isPositional = operation !== undefined && positionalsOf(operation).includes(part.field)
      const name = isPositional ? `<${wordOf(part.field, field!)}>` : optionFlag(part.field, field)
      return part.value === undefined ? name : `${name} ${part.value}`
    }
    // A secret is not taken as a flag.
    if ('setting' in part) return isSecret(part.setting) ? variableOf(part.setting) : flagOfSetting(part.setting)
    return `"${'command' in part ? shownCommand(part) : commandOf(part)}"`
  }
