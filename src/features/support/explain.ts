import { type Static, Type } from '@sinclair/typebox'
import type { Deps } from '../../deps'
import { type Answer, declared } from '../../kernel/answers'
import { answerCode, nullable, view } from '../../kernel/view'
import type { Device } from '../activations/model'
import { rulesOfActivation, rulesOfEntry, rulesOfSeat } from '../activations/policy'
import { countSeatsTaken, findDevice, listSeatsTaken } from '../activations/service'
import { type Rule, rulesOfUse } from '../licenses/policy'

/** A rule of an endpoint, as applied to one device. */
export const FindingView = view('RuleFinding', {
  code: answerCode,
  requirement: Type.String({ description: 'What the rule asks for, as a sentence that is true where it holds.' }),
  observed: Type.String({ description: 'What it looked at.' }),
  holds: nullable(Type.Boolean({ description: 'Null where there was nothing to look at.' })),
})

/** The answer of an endpoint and its reason: all its rules in order, including those after the first broken one. */
export interface Explanation {
  rules: Static<typeof FindingView>[]
  answer: { name: Answer; code: number | string; message: string }
}

/** The answers for a device, and the holders of the licence's seats (some of them, if there are many). */
export interface DeviceExplanation {
  verify: Explanation
  activate: Explanation
  holders: { identifier: string; since: Date }[]
}

const welcome: Rule<{ isTurnedAway: boolean }> = {
  refusal: 'access_denied',
  requirement: 'The device is not turned away.',
  holds: ({ isTurnedAway }) => !isTurnedAway,
  observed: ({ isTurnedAway }) => (isTurnedAway ? 'on the blocklist' : 'not on the blocklist'),
}

const holdersMax = 3

/**
 * Explains what `verify` and `activate` would answer now to an admitted caller. It applies the endpoints' own rules
 * after the blocklist's, and writes nothing.
 */
export async function explainDevice(
  { db, credentials }: Pick<Deps, 'db' | 'credentials'>,
  device: Static<typeof Device>,
  now: Date,
): Promise<DeviceExplanation> {
  const { identifier } = device
  const isTurnedAway = (await credentials.blocklist()).blocks('identifier', identifier ?? '', now)
  const asked = await findDevice(db.read, device)
  const isKnown = asked.isOfProduct && asked.seat
  const named = isKnown && asked.identifier ? isKnown : undefined
  const holders = isKnown ? await listSeatsTaken(db.read, isKnown.id, holdersMax) : []
  const wanted = named && { seat: named, seatsTaken: await countSeatsTaken(db.read, named.id), holders }
  const common = [
    find(welcome, identifier ? { isTurnedAway } : undefined, now),
    ...rulesOfEntry.map((rule) => find(rule, asked, now)),
    ...rulesOfUse.map((rule) => find(rule, isKnown, now)),
  ]
  const ofVerify = [...common, ...rulesOfSeat.map((rule) => find(rule, named, now))]
  const ofActivate = [...common, ...rulesOfActivation.map((rule) => find(rule, wanted, now))]
  return {
    verify: conclude(ofVerify, 'valid_license_key'),
    activate: conclude(ofActivate, named?.activationId ? 'license_already_active' : 'license_activated'),
    holders,
  }
}

function conclude(findings: ReturnType<typeof find>[], otherwise: Answer): Explanation {
  const name = findings.find(({ holds }) => holds === false)?.refusal ?? otherwise
  const { code, message } = declared(name)
  return { rules: findings.map(({ refusal, ...told }) => told), answer: { name, code, message } }
}

function find<Facts>(rule: Rule<Facts>, facts: Facts | false | undefined, now: Date) {
  const { refusal, requirement } = rule
  const { code } = declared(refusal)
  return facts
    ? { refusal, code, requirement, observed: rule.observed(facts), holds: rule.holds(facts, now) }
    : { refusal, code, requirement, observed: '', holds: null }
}
