import { Type } from '@sinclair/typebox'
import type { License } from '../../db/schema/licensing'
import { identifier } from '../features/activations/model'
import { licenseReference } from '../features/licenses/operator-model'
import { findLicense, findPastedLicense } from '../features/licenses/service'
import { type DeviceExplanation, type ExplainedAnswer, explainDevice } from '../features/support/explain'
import type { Answer } from '../kernel/answers'
import { type Remedy, RemedyView } from '../kernel/message'
import { FindingView } from '../kernel/rule'
import { answerCode, nullable, view } from '../kernel/view'
import { operation } from './operation'
import { commandOf } from './remedy'
import { ruleLines } from './rule-lines'

/** The rules of an endpoint, its answer, and the possible remedies. */
const explained = Type.Object({
  rules: Type.Array(FindingView),
  answer: Type.Object({
    code: answerCode,
    message: Type.String(),
    remedy: nullable(Type.String({ description: 'What to do, as a sentence.' })),
    remedies: Type.Array(RemedyView, { description: 'The operations that help.' }),
  }),
})

export const explainLicense = operation({
  command: 'license explain',
  route: 'GET /licenses/:license_key/explain',
  role: 'viewer',
  summary: 'explain what "verify" and "activate" answer: every rule, what it observed, whether it held',
  input: Type.Object({ license_key: licenseReference(), identifier: Type.Optional(identifier()) }),
  output: view('LicenseExplanation', {
    license_key: Type.String(),
    identifier: Type.Optional(Type.String()),
    ...explained.properties,
    activate: explained,
  }),
  async run(context, device) {
    const found = await explainDevice(context, device, context.now)
    const { license_key } = device
    const license =
      (await findLicense(context.db.read, license_key)) ?? (await findPastedLicense(context.db.read, license_key))
    const told = ({ rules, answer: { name, code, message } }: ExplainedAnswer) => {
      const { says, remedies } = adviceOn(name, {
        ...device,
        license_key: license?.licenseKey ?? license_key,
        license,
        explained: found,
      })
      return { rules, answer: { code, message, remedy: says || null, remedies } }
    }
    return { ...device, ...told(found.verify), activate: told(found.activate) }
  },
  show({ rules, answer, activate }) {
    return [
      ...ruleLines([...rules, ...activate.rules.slice(-1)]),
      '',
      `"verify" answers ${answer.code}, "${answer.message}".`,
      `"activate" answers ${activate.answer.code}, "${activate.answer.message}".`,
      ...linesOf(answer),
      ...(activate.answer.code === answer.code ? [] : linesOf(activate.answer)),
    ]
  },
})

const linesOf = ({ remedy, remedies }: { remedy: string | null; remedies: Remedy[] }) => [
  ...(remedy ? [remedy] : []),
  ...remedies.map(commandOf),
]

interface Circumstances {
  license_key: string
  identifier?: string | undefined
  license: License | undefined
  explained: DeviceExplanation
}

interface Advice {
  says: string
  remedies: Remedy[]
}

const none: Advice = { says: '', remedies: [] }

/** What an operator can do about an unwanted answer. */
function adviceOn(answer: Answer, { license_key, license, explained }: Circumstances): Advice {
  switch (answer) {
    case 'access_denied':
      return {
        says: 'Remove the device from the blocklist to let it in again; the list shows its id.',
        remedies: [{ operation: 'blocklist list', input: {} }],
      }
    case 'invalid_license_key':
      return {
        says: 'This key does not exist. A part of the key, or its owner, finds the one that was meant.',
        remedies: [{ operation: 'license search', input: { text: license_key } }],
      }
    case 'identifier_required':
      return { says: 'Name the device by its identifier; its software has to send one.', remedies: [] }
    case 'license_blocked':
      return adviceOnBlocked(license!)
    case 'license_not_assigned':
      return { says: 'Assign it to its owner.', remedies: [{ operation: 'license assign', input: { license_key } }] }
    case 'product_inactive': {
      const input = { product: license!.productId, status: 'active' }
      return { says: '', remedies: [{ operation: 'product set', input }] }
    }
    case 'license_expired':
      return { says: 'More time:', remedies: [{ operation: 'license extend', input: { license_key, by: '30d' } }] }
    case 'no_activation_found':
      return { says: 'The device has to ask "activate" first.', remedies: [] }
    case 'activation_limit_reached':
      return adviceOnFull(license!, explained)
    default:
      return none
  }
}

function adviceOnBlocked({ licenseKey: license_key, revokedAt, replacedBy, blockReason }: License): Advice {
  const reason = blockReason ? ` because: ${blockReason}` : ''
  if (!revokedAt) {
    return { says: `It is blocked${reason}.`, remedies: [{ operation: 'license unblock', input: { license_key } }] }
  }
  if (replacedBy !== null) return { says: `It was replaced by ${replacedBy}${reason}.`, remedies: [] }
  const says = `It was revoked for good${reason}. Its owner can be given another key.`
  return { says, remedies: [{ operation: 'license replace', input: { license_key } }] }
}

function adviceOnFull({ licenseKey: license_key, activationLimit }: License, { holders }: DeviceExplanation): Advice {
  return {
    says: 'All its seats are taken. Free one, or give it more:',
    remedies: [
      ...holders.map(({ identifier }) => ({ operation: 'activation deactivate', input: { license_key, identifier } })),
      { operation: 'license edit', input: { license_key, activation_limit: activationLimit + 1 } },
    ],
  }
}
