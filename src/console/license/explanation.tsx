import { type FormEvent, useId } from 'react'
import type { Answer } from '../api/client'
import { useAsk } from '../api/hooks'
import { useTexts } from '../i18n/texts'
import { Button } from '../parts/button'
import { Answered } from '../parts/loading'
import { Card } from '../parts/page'
import { type LicenseDetails, licenseInput, useLicenseSearch } from './data'
import { explanationTexts } from './explanation-texts'
import { FileButtons } from './file-buttons'
import { RefusedDevices } from './refused-devices'
import { Rules } from './rules'

export type LicenseExplanation = Answer<'GET /licenses/:license_key/explain'>

/** The device seen last among those that hold a seat. */
const usualDevice = ({ activations }: LicenseDetails) =>
  activations.find(({ status }) => status === 'active')?.identifier

/** "Can it be used?": for a seat or any other device, each rule, what it saw, the answer, and what helps. */
export function Explanation({ license }: { license: LicenseDetails }) {
  const t = useTexts(explanationTexts)
  const { search } = useLicenseSearch()
  const device = search.device ?? usualDevice(license)
  const input = { ...licenseInput(license), ...(device !== undefined && { identifier: device }) }
  return (
    <div className="no-print">
      <Card title={t.title}>
        <DeviceForm key={device} license={license} device={device} />
        <RefusedDevices license={license} />
        <Answered query={useAsk('GET /licenses/:license_key/explain', input)}>
          {(explanation) => <Verdict license={license} device={device} explanation={explanation} />}
        </Answered>
      </Card>
    </div>
  )
}

function DeviceForm({ license, device }: { license: LicenseDetails; device: string | undefined }) {
  const t = useTexts(explanationTexts)
  const { change } = useLicenseSearch()
  const id = useId()
  const devices = [...new Set(license.activations.map(({ identifier }) => identifier))]
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const entered = String(new FormData(event.currentTarget).get('device') ?? '').trim()
    change({ device: entered || undefined })
  }
  return (
    <form onSubmit={submit} className="flex flex-wrap items-end gap-2">
      <div className="flex min-w-0 grow flex-col gap-1">
        <label htmlFor={id} className="text-sm font-medium">
          {t.device}
        </label>
        <input
          id={id}
          name="device"
          list={`${id}-devices`}
          defaultValue={device ?? ''}
          autoComplete="off"
          maxLength={1024}
          className="w-full rounded-md border border-control min-h-8.5 bg-card px-2.5 py-1 text-text"
        />
        <datalist id={`${id}-devices`}>
          {devices.map((each) => (
            <option key={each} value={each} />
          ))}
        </datalist>
      </div>
      <Button type="submit">{t.check}</Button>
    </form>
  )
}

interface VerdictProps {
  license: LicenseDetails
  device: string | undefined
  explanation: LicenseExplanation
}

function Verdict({ license, device, explanation }: VerdictProps) {
  const t = useTexts(explanationTexts)
  const { rules, answer, activate } = explanation
  const isGood = answer.code === 200
  const last = activate.rules.at(-1)
  return (
    <div className="flex flex-col gap-3">
      <p role="status" className={`font-semibold ${isGood ? 'text-good' : 'text-bad'}`}>
        {isGood ? t.yes : t.no}
      </p>
      <p>
        {t.answers('verify', String(answer.code), answer.message)}{' '}
        {t.answers('activate', String(activate.answer.code), activate.answer.message)}
      </p>
      <Rules license={license} rules={last ? [...rules, last] : rules} />
      {isGood && device !== undefined && <FileButtons license={license} device={device} />}
    </div>
  )
}
