import { isIP } from 'node:net'
import { Type } from '@sinclair/typebox'
import { capabilities } from '../access/capabilities'
import { AdmissionView, explainAdmission } from '../access/explain'
import { requireApiKey } from '../access/service'
import { choice, integer, text } from '../intake/model'
import { plainAddress } from '../kernel/addresses'
import { declared } from '../kernel/answers'
import { OperatorError } from '../kernel/operator-error'
import { operation } from './operation'
import { ruleLines } from './rule-lines'

export const explainKey = operation({
  command: 'api-key explain',
  route: 'GET /api-keys/:id/explanation',
  role: 'viewer',
  summary: 'explain how a request with an API key is admitted: every rule, and the answer',
  input: Type.Object({
    id: integer({ minimum: 1, description: 'The id, from the list.' }),
    from: text({ description: 'The address the request comes from.' }),
    capability: choice(capabilities, { description: 'The capability to test', examples: ['verify'] }),
    identifier: Type.Optional(text({ description: 'The identifier of the device.' })),
  }),
  output: AdmissionView,
  async run(context, { id, from, capability, identifier }) {
    const { db, credentials, now } = context
    const address = plainAddress(from)
    if (!isIP(address))
      throw new OperatorError(`"${from}" is no address, such as 203.0.113.7 or 2001:db8::7`, 'invalid_input')
    await requireApiKey(db.read, id)
    const key = (await credentials.recall(id))!
    const { rules, refusal } = await explainAdmission(context, { key, address, capability, identifier }, now)
    return { rules, answer: refusal ? declared(refusal) : null }
  },
  show: ({ rules, answer }) => [
    ...ruleLines(rules),
    '',
    answer ? `The answer is ${answer.code}, "${answer.message}" (HTTP ${answer.http}).` : 'The request is admitted.',
  ],
  help: 'How much of its rate limit a key has used is known to the server alone: a\ncommand sees it unused.',
})
