import type { Static } from '@sinclair/typebox'
import type { Deps } from '../../deps'
import { type Answer, declared } from '../../kernel/answers'
import type { Device } from '../activations/model'
import { rulesOfEntry, rulesOfSeat } from '../activations/policy'
import { lookUp } from '../activations/service'
import { type Rule, rulesOfUse } from '../licenses/policy'

/** A rule, what it looked at, and whether it held; null where there was nothing to look at. */
export interface Finding {
  code: number | string
  claim: string
  saw: string
  holds: boolean | null
}

/** What `verify` answers a device, and why: its rules in their order, all of them, whichever ended it. */
export interface Explanation {
  rules: Finding[]
  answer: { name: Answer; code: number | string; message: string }
}

const welcome: Rule<{ isTurnedAway: boolean }> = {
  refusal: 'access_denied',
  claim: 'The device is not turned away.',
  holds: ({ isTurnedAway }) => !isTurnedAway,
  saw: ({ isTurnedAway }) => (isTurnedAway ? 'on the blocklist' : 'not on the blocklist'),
}

/**
 * Explains what `verify` would answer now, to a caller that is admitted. It is held to the very rules of `verify`, behind
 * the one that turns devices away, and leaves no trace.
 */
export async function explainVerify(
  { db, doorkeeper }: Pick<Deps, 'db' | 'doorkeeper'>,
  device: Static<typeof Device>,
  now: Date,
): Promise<Explanation> {
  const { identifier } = device
  const isTurnedAway = (await doorkeeper.blocklist()).blocks('identifier', identifier ?? '', now)
  const asked = await lookUp(db.read, device)
  const isKnown = asked.isOfProduct && asked.seat
  const findings = [
    find(welcome, identifier ? { isTurnedAway } : undefined, now),
    ...rulesOfEntry.map((rule) => find(rule, asked, now)),
    ...rulesOfUse.map((rule) => find(rule, isKnown, now)),
    ...rulesOfSeat.map((rule) => find(rule, isKnown && asked.identifier ? isKnown : undefined, now)),
  ]
  const name = findings.find(({ holds }) => holds === false)?.refusal ?? 'valid_license_key'
  const { code, message } = declared(name)
  return { rules: findings.map(({ refusal, ...told }) => told), answer: { name, code, message } }
}

function find<Facts>(rule: Rule<Facts>, facts: Facts | false | undefined, now: Date) {
  const { refusal, claim } = rule
  const { code } = declared(refusal)
  return facts
    ? { refusal, code, claim, saw: rule.saw(facts), holds: rule.holds(facts, now) }
    : { refusal, code, claim, saw: '', holds: null }
}
