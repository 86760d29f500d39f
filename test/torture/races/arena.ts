import type { Chance } from '../chance'
import type { Ask, Heard } from '../client'
import { require } from '../load/shop'
import type { Report } from '../report'
import type { Stage } from '../stage'

/** Where many clients run at once for what only few can have. */
export interface Arena {
  readonly stage: Stage
  readonly ask: Ask
  readonly report: Report
  readonly chance: Chance
  /** How many clients run. */
  readonly size: number
  /** A number nobody has had before. */
  fresh(): number
}

/** One race; `name` says for what. The outcome must be the same, whoever wins. */
export interface Race {
  readonly name: string
  run(arena: Arena): Promise<void>
}

type Code = Heard['code'] | undefined
type Tally = Record<string, number>

export const tally = (codes: readonly Code[]): Tally =>
  Object.fromEntries([...Map.groupBy(codes, String)].map(([code, some]) => [code, some.length]))

/** Lets every client ask once, all at the same time; the answers, in the order of the clients. */
export const allAtOnce = (size: number, ask: (i: number) => Promise<Heard | undefined>) =>
  Promise.all(Array.from({ length: size }, (_, i) => ask(i)))

export const codesOf = (answers: readonly (Heard | undefined)[]) => answers.map((answer) => answer?.code)

/** A finding unless the outcome is exactly that; outcomes nobody had are left out. */
export function expectOutcome({ report }: Arena, race: string, got: Tally, expected: Tally) {
  const wanted = Object.fromEntries(Object.entries(expected).filter(([, count]) => count > 0))
  if (!Bun.deepEquals(got, wanted)) report.find(`race for ${race}: the outcome is exact`, { got, expected: wanted })
}

/** A licence key made for a race. */
export async function makeKey({ ask, fresh }: Arena, product_id: number, fields: object = {}): Promise<string> {
  const key = `RACE-${fresh()}`
  const terms = { activation_limit: 0, validity: 0, status: 'assigned', ...fields }
  require(await ask('create-license-keys', { license_keys: [key], product_id, ...terms }), 900)
  return key
}
