import { type Static, Type } from '@sinclair/typebox'
import { type Answer, declared } from './answers'
import { type Outcome, say } from './outcome'
import { answerCode, nullable, view } from './view'

/**
 * A rule that a request is held to. Rules stand in lists and are asked in their order, so that one may count on what
 * those before it have found: a rule about an API key stands behind the one that the key is known.
 */
export interface Rule<Facts> {
  readonly name: string
  /** What it asks for, as a sentence that is true where it holds. */
  readonly requirement: string
  /** What is answered where it does not hold. */
  readonly refusal: Answer
  holds(facts: Facts, now: Date): boolean
  /** What it looks at, in words. */
  observe(facts: Facts, now: Date): string
  /** Whether there is anything to look at, where that is not so for every request. Explanations alone ask it. */
  applies?(facts: Facts): boolean
  /** Seconds after which the request may come again, for a rule that time mends. */
  secondsToWait?(facts: Facts, now: Date): number
}

/** The first of these rules that does not hold; undefined when all of them do. */
export function firstBroken<Facts>(rules: readonly Rule<Facts>[], facts: Facts, now: Date): Rule<Facts> | undefined {
  for (const rule of rules) if (!rule.holds(facts, now)) return rule
  return undefined
}

/** The answer of a rule that does not hold. */
export function refusalOf<Facts>(rule: Rule<Facts>, facts: Facts, now: Date): Outcome {
  const { refusal } = rule
  return rule.secondsToWait ? say(refusal, { retry_after: rule.secondsToWait(facts, now) }) : say(refusal)
}

/** A rule as it was asked of one request. */
export const FindingView = view('RuleFinding', {
  name: Type.String(),
  code: answerCode,
  requirement: Type.String({ description: 'What the rule asks for, as a sentence that is true where it holds.' }),
  observed: Type.String({ description: 'What it looked at.' }),
  holds: nullable(Type.Boolean({ description: 'Null where there was nothing to look at.' })),
})

/** What a rule found. */
export type Finding = Static<typeof FindingView>

/** Every rule of a list, whichever of them ends the request, and the answer of the first that does not hold. */
export interface Explanation {
  rules: Finding[]
  refusal: Answer | undefined
  /** The answer of each broken rule, by its name. */
  refusals: ReadonlyMap<string, Answer>
}

/** Asks every rule of a list and tells what each of them found. */
export function explain<Facts>(rules: readonly Rule<Facts>[], facts: Facts, now: Date): Explanation {
  const found = rules.map((rule) => ({ rule, finding: findingOf(rule, facts, now) }))
  const broken = found.filter(({ finding }) => finding.holds === false)
  return {
    rules: found.map(({ finding }) => finding),
    refusal: broken[0]?.rule.refusal,
    refusals: new Map(broken.map(({ rule }) => [rule.name, rule.refusal])),
  }
}

function findingOf<Facts>(rule: Rule<Facts>, facts: Facts, now: Date): Finding {
  const { name, requirement, refusal } = rule
  const { code } = declared(refusal)
  if (rule.applies && !rule.applies(facts)) return { name, code, requirement, observed: '', holds: null }
  return { name, code, requirement, observed: rule.observe(facts, now), holds: rule.holds(facts, now) }
}
