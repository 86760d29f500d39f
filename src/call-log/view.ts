import { type Static, Type } from '@sinclair/typebox'
import type { Call } from '../../db/schema/operations'
import { answers } from '../kernel/answers'
import { counter, nullable, timestamp, view } from '../kernel/view'
import { endpointName } from './endpoints'
import { goodCodes } from './successes'

/** The message of each answer code. */
export const messages = new Map(Object.values(answers).map(({ code, message }) => [String(code), message]))

const good = new Set(goodCodes)

/** A client's request and its answer, as operators see them. */
export const CallView = view('Call', {
  id: Type.Integer(),
  at: timestamp(),
  request_id: Type.String(),
  route: Type.String({ description: 'The path of the endpoint.' }),
  endpoint: Type.String({ description: 'The name of the endpoint.' }),
  code: Type.String({ description: 'The code of the answer.' }),
  message: nullable(Type.String({ description: 'What the code means.' })),
  is_good: Type.Boolean({ description: 'It granted what was asked.' }),
  api_key_id: nullable(Type.Integer()),
  address: Type.String(),
  license_key: nullable(Type.String({ description: 'Masked.' })),
  identifier: nullable(Type.String({ description: 'The device.' })),
  duration_ms: counter(),
})

export const callView = (call: Call): Static<typeof CallView> => ({
  id: call.id,
  at: call.at.toISOString(),
  request_id: call.requestId,
  route: call.route,
  endpoint: endpointName(call.route),
  code: call.code,
  message: messages.get(call.code) ?? null,
  is_good: good.has(call.code),
  api_key_id: call.apiKeyId,
  address: call.address,
  license_key: call.maskedKey,
  identifier: call.identifier,
  duration_ms: call.durationMs,
})
