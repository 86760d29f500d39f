import { type Static, Type } from '@sinclair/typebox'
import { identifier } from '../features/activations/model'
import { requireLicense } from '../features/licenses/operator'
import { idInReference, licenseReference } from '../features/licenses/operator-model'
import { findLicense, findPastedLicense } from '../features/licenses/service'
import { type ExplainedAnswer, explainDevice } from '../features/support/explain'
import { type Remedy, RemedyView } from '../kernel/message'
import { FindingView } from '../kernel/rule'
import { answerCode, nullable, view } from '../kernel/view'
import { adviceOn, type Circumstances, type LicenseAdvice } from './license-remedies'
import { type OperationContext, operation } from './operation'
import { commandOf } from './remedy'
import { ruleLines } from './rule-lines'

const advice = {
  remedy: nullable(Type.String({ description: 'What to do, as a sentence.' })),
  remedies: Type.Array(RemedyView, { description: 'The operations that help.' }),
}

/** The rules of an endpoint, its answer, and the possible remedies of each. */
const explained = Type.Object({
  rules: Type.Array(view('LicenseRuleFinding', { ...FindingView.properties, ...advice })),
  answer: Type.Object({ code: answerCode, message: Type.String(), ...advice }),
})

export const explainLicense = operation({
  command: 'license explain',
  route: 'GET /licenses/:license_key/explain',
  role: 'viewer',
  summary: 'explain what "verify" and "activate" answer: every rule, what it observed, whether it held',
  input: Type.Object({ license_key: licenseReference(), identifier: Type.Optional(identifier()) }),
  output: view('LicenseExplanation', {
    license_id: nullable(Type.Integer({ description: 'Null where there is no such licence.' })),
    license_key: Type.String(),
    identifier: Type.Optional(Type.String()),
    ...explained.properties,
    activate: explained,
  }),
  async run(context, { license_key: reference, ...device }) {
    const { license, license_key } = await licenseMeant(context, reference)
    const asked = { ...device, license_key }
    const found = await explainDevice(context, asked, context.now)
    const isId = idInReference(reference) !== undefined
    const named = isId || !license ? reference : license.licenseKey
    const told = { reference: named, license, explained: found }
    return {
      license_id: license?.id ?? null,
      ...asked,
      ...describe(found.verify, told),
      activate: describe(found.activate, told),
    }
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

/** The licence of a reference, and the key its software would send: as given, unless an id was. */
async function licenseMeant({ db }: OperationContext, reference: string) {
  if (idInReference(reference) !== undefined) {
    const license = await requireLicense(db.read, reference)
    return { license, license_key: license.licenseKey }
  }
  const license = (await findLicense(db.read, reference)) ?? (await findPastedLicense(db.read, reference))
  return { license, license_key: reference }
}

function describe(
  { rules, refusals, answer: { name, code, message } }: ExplainedAnswer,
  told: Circumstances,
): Static<typeof explained> {
  return {
    rules: rules.map((rule) => {
      const refusal = refusals.get(rule.name)
      return { ...rule, ...shown(refusal && adviceOn(refusal, told)) }
    }),
    answer: { code, message, ...shown(adviceOn(name, told)) },
  }
}

const shown = (advice: LicenseAdvice | undefined) => ({
  remedy: advice?.says || null,
  remedies: advice?.remedies ?? [],
})

const linesOf = ({ remedy, remedies }: { remedy: string | null; remedies: Remedy[] }) => [
  ...(remedy ? [remedy] : []),
  ...remedies.map(commandOf),
]
