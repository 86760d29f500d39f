import type { Static } from '@sinclair/typebox'
import type { Block } from '../../../db/schema/access'
import { findBlock } from '../../access/blocking'
import { deviceNotBlocked } from '../../access/rules'
import type { Deps } from '../../deps'
import { type Answer, declared } from '../../kernel/answers'
import { type Explanation, explain, type Finding } from '../../kernel/rule'
import type { Device } from '../activations/model'
import { rulesOfActivate, rulesOfVerify } from '../activations/policy'
import { countSeatsTaken, findDevice, listSeatsTaken } from '../activations/service'

/** The answer of an endpoint and its reason: all its rules in order, including those after the first broken one. */
export interface ExplainedAnswer {
  rules: Finding[]
  /** The answer of each broken rule, by its name. */
  refusals: ReadonlyMap<string, Answer>
  answer: { name: Answer; code: number | string; message: string }
}

/** The answers for a device, and the holders of the licence's seats (some of them, if there are many). */
export interface DeviceExplanation {
  verify: ExplainedAnswer
  activate: ExplainedAnswer
  holders: { identifier: string; since: Date }[]
  /** The blocklist entry that keeps the device out. */
  block: Block | undefined
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
  const found = await findDevice(db.read, device)
  const { seat } = found
  const holders = seat ? await listSeatsTaken(db.read, seat.id, holdersMax) : []
  const request = { ...found, seatsTaken: seat ? await countSeatsTaken(db.read, seat.id) : 0, holders }
  const atGate = explain([deviceNotBlocked], { identifier, blocklist: await credentials.blocklist() }, now)
  const seated = seat?.activationId ? 'license_already_active' : 'license_activated'
  return {
    verify: conclude(atGate, explain(rulesOfVerify, request, now), 'valid_license_key'),
    activate: conclude(atGate, explain(rulesOfActivate, request, now), seated),
    holders,
    block: atGate.refusal && (await findBlock(db.read, { kind: 'identifier', value: identifier! })),
  }
}

function conclude(atGate: Explanation, behind: Explanation, otherwise: Answer): ExplainedAnswer {
  const name = atGate.refusal ?? behind.refusal ?? otherwise
  const { code, message } = declared(name)
  return {
    rules: [...atGate.rules, ...behind.rules],
    refusals: new Map([...atGate.refusals, ...behind.refusals]),
    answer: { name, code, message },
  }
}
