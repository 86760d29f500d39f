import { isCancel, note, select, text } from '@clack/prompts'
import type { Preset } from '../access/capabilities'
import { OperatorError } from '../kernel/operator-error'
import type { KeySize } from '../signing/key-pair'

/** The choices for a new folder. */
export interface Choices {
  bits: KeySize
  /** The name of a first product; none is created if absent. */
  product?: string | undefined
  /** The rights of a first API key; none is created if absent. */
  apiKey?: Preset | undefined
}

const nameLengthMax = 255
const none = 'none'
const suggestedName = 'My App'

/** Asks at the terminal for the few choices that matter; Enter accepts the default. */
export async function askChoices(folder: string): Promise<Choices> {
  note(`This makes ${folder}. Enter takes what is offered; Ctrl+C leaves everything as it is.`, 'Latchkey')
  const bits = await answered(
    select<KeySize>({
      message: 'How large is the key that signs every answer?',
      initialValue: 4096,
      options: [
        { value: 4096, label: 'RSA-4096, the strongest' },
        { value: 3072, label: 'RSA-3072' },
        { value: 2048, label: 'RSA-2048, signs about seven times as fast' },
      ],
    }),
  )
  const product = await answered(
    text({
      message: 'What is your first product called?',
      placeholder: suggestedName,
      defaultValue: suggestedName,
      validate: (name = '') =>
        name.trim().length > nameLengthMax ? `At most ${nameLengthMax} characters.` : undefined,
    }),
  )
  const apiKey = await answered(
    select<Preset | typeof none>({
      message: 'What may your first API key do?',
      initialValue: 'all',
      options: [
        { value: 'all', label: 'Everything, for yourself and to try things out' },
        { value: 'shop', label: 'Assign keys to customers, for your shop' },
        { value: 'client', label: 'Verify, activate and download, for the software you ship' },
        { value: none, label: 'Make no API key yet' },
      ],
    }),
  )
  return { bits, product: product.trim() || undefined, apiKey: apiKey === none ? undefined : apiKey }
}

/** An answer; breaking off changes nothing. */
async function answered<T>(prompt: Promise<T>): Promise<Exclude<T, symbol>> {
  const answer = await prompt
  if (isCancel(answer)) throw new OperatorError('nothing was made')
  return answer as Exclude<T, symbol>
}
