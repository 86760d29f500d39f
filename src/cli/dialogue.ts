import type { Field } from '../intake/model'
import { OperatorError } from '../kernel/operator-error'
import { visible } from '../kernel/visible'
import type { Operation } from '../operations/operation'
import type { Io } from './io'
import { wrapped } from './wrap'

type Given = Record<string, unknown>

/** At a terminal, asks for missing secrets, twice, since the input is hidden. */
export async function withAsked({ input }: Operation, given: Given, { askSecret }: Io): Promise<Given> {
  const asked = Object.entries(input.properties as Record<string, Field>).filter(
    ([name, { asked }]) => asked && given[name] === undefined,
  )
  if (!askSecret) return given
  const typed: Given = {}
  for (const [name, field] of asked) {
    const text = await askSecret(`${field.asked}: `)
    if (text && (await askSecret('The same again: ')) !== text) {
      throw new OperatorError('the two are not the same; nothing was changed')
    }
    typed[name] = text
  }
  return { ...given, ...typed }
}

/** Requires consent to an irreversible change: an answer at the terminal, or `--yes`. */
export async function requireConsent(loss: string, io: Io) {
  if (!loss) return
  if (!io.confirm) throw new OperatorError(`${loss} Say --yes to do it.`, 'invalid_input')
  const question = wrapped(visible(`${loss} Go on?`), io.errScreen?.columns).join('\n')
  if (!(await io.confirm(question))) throw new OperatorError('nothing was changed')
}

const progressFrom = 1000

/** At a terminal, shows the progress of long work on one line. */
export function progressOn(io: Io) {
  if (!io.confirm) return undefined
  let shown = -1
  return (done: number, of: number) => {
    const percent = Math.min(100, Math.floor((done / of) * 100))
    if (of < progressFrom || percent === shown) return
    shown = percent
    io.err(`\r${percent} %${percent === 100 ? '\n' : ''}`)
  }
}
