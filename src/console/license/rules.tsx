import { Check, Minus, X } from 'lucide-react'
import { isMoment } from '../i18n/format'
import { useTexts } from '../i18n/texts'
import { Time } from '../parts/time'
import type { LicenseDetails } from './data'
import type { LicenseExplanation } from './explanation'
import { explanationTexts } from './explanation-texts'
import { RemedyButton } from './remedy-button'

type Rule = LicenseExplanation['rules'][number]

interface Props {
  license: LicenseDetails
  rules: readonly Rule[]
}

/** Each rule: whether it holds, what it saw, the answer where it does not, and what helps as buttons. */
export const Rules = ({ license, rules }: Props) => (
  <ol className="flex flex-col">
    {rules.map((rule) => (
      <RuleLine key={rule.name} license={license} rule={rule} />
    ))}
  </ol>
)

const marks = {
  held: { Icon: Check, tone: 'text-good' },
  broken: { Icon: X, tone: 'text-bad' },
  unasked: { Icon: Minus, tone: 'text-muted' },
} as const

/** What a rule saw; a moment as people read it. */
const Observed = ({ text }: { text: string }) => (isMoment(text) ? <Time at={text} /> : text)

function RuleLine({ license, rule }: { license: LicenseDetails; rule: Rule }) {
  const t = useTexts(explanationTexts)
  const state = rule.holds === null ? 'unasked' : rule.holds ? 'held' : 'broken'
  const { Icon, tone } = marks[state]
  const requirement = t[`rule_${rule.code}` as keyof typeof t] as string | undefined
  return (
    <li className="flex gap-2 border-b border-line py-2 last:border-0">
      <Icon role="img" aria-label={t[state]} size={20} className={`mt-0.5 shrink-0 ${tone}`} />
      <div className="flex min-w-0 grow flex-col gap-1">
        <p>
          {requirement ?? rule.requirement}{' '}
          <span className="text-sm text-muted">
            {rule.holds === null ? t.notAsked : <Observed text={rule.observed} />}
          </span>
        </p>
        {state === 'broken' && (
          <>
            <p className="text-sm">
              <span className="font-medium">{t.answerCode(String(rule.code))}</span>{' '}
              {rule.remedy && <span className="text-muted">{rule.remedy}</span>}
            </p>
            {rule.remedies.length > 0 && (
              <div className="flex flex-wrap gap-2">
                {rule.remedies.map((remedy) => (
                  <RemedyButton key={JSON.stringify(remedy)} license={license} remedy={remedy} />
                ))}
              </div>
            )}
          </>
        )}
      </div>
    </li>
  )
}
