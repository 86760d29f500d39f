import { useEffect, useId, useState } from 'react'
import type { Answer } from '../api/client'
import { useAsk } from '../api/hooks'
import { currentLanguage } from '../i18n/language'
import { useTexts } from '../i18n/texts'
import { Badge } from '../parts/badge'
import { ErrorBox } from '../parts/error-box'
import { Card, Facts } from '../parts/page'
import { type Format, shapeOf } from './format'
import { generatorTexts } from './texts'

const pauseMs = 250
const samples = 5
const strongBits = 64
const metreMax = 128

/** Sample keys of the format that is being typed, and how hard they are to guess. */
export function TrialCard({ format }: { format: Format }) {
  const t = useTexts(generatorTexts)
  const shape = useSettled(shapeOf(format))
  const { data, error } = useAsk('GET /generators/trial', { ...shape, count: samples })
  return (
    <Card title={t.preview}>
      <p className="text-sm text-muted">{t.previewNote}</p>
      <ErrorBox error={error} />
      {data && !error && <Trial trial={data} />}
    </Card>
  )
}

const tones = { guessable: 'bad', fair: 'warn', strong: 'good' } as const

function Trial({ trial }: { trial: Answer<'GET /generators/trial'> }) {
  const t = useTexts(generatorTexts)
  const id = useId()
  const { license_keys, entropy_bits, strength, warning, capacity, collision, length } = trial
  const numbers = new Intl.NumberFormat(currentLanguage(), { maximumFractionDigits: 1 })
  const percent = new Intl.NumberFormat(currentLanguage(), { style: 'percent', maximumSignificantDigits: 2 })
  return (
    <div role="status" className="flex flex-col gap-3">
      <ul className="flex flex-col gap-1">
        {license_keys.map((key) => (
          <li key={key}>
            <code>{key}</code>
          </li>
        ))}
      </ul>
      <div className="flex flex-wrap items-center gap-2">
        <label htmlFor={id} className="text-sm font-medium">
          {t.strength}
        </label>
        <meter
          id={id}
          className="w-40"
          min={0}
          max={metreMax}
          low={strongBits - 1}
          high={strongBits}
          optimum={metreMax}
          value={Math.min(metreMax, entropy_bits)}
        />
        <span>{t.bits(numbers.format(entropy_bits))}</span>
        <Badge tone={tones[strength]}>{t[strength]}</Badge>
      </div>
      {warning && <p className="text-bad">{warning}.</p>}
      <Facts
        facts={[
          [t.possible, numbers.format(BigInt(capacity))],
          [t.collision, percent.format(collision.likelihood)],
          [t.length, String(length)],
        ]}
      />
    </div>
  )
}

/** The value once it has not changed for a moment. */
function useSettled<Value>(value: Value): Value {
  const text = JSON.stringify(value)
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), pauseMs)
    return () => clearTimeout(timer)
  }, [text])
  return JSON.parse(settled) as Value
}
