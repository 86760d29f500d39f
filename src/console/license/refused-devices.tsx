import { useAsk } from '../api/hooks'
import { useTexts } from '../i18n/texts'
import { Button } from '../parts/button'
import { type LicenseDetails, referenceOf, refreshMs, useLicenseSearch } from './data'
import { explanationTexts } from './explanation-texts'

const callsRead = 20
const devicesMax = 5

/** The devices refused last that hold no seat: whoever writes in seldom knows how their device is called. */
export function RefusedDevices({ license }: { license: LicenseDetails }) {
  const t = useTexts(explanationTexts)
  const { change } = useLicenseSearch()
  const input = { license: referenceOf(license), failed: true, limit: callsRead }
  const calls = useAsk('GET /calls', input, { everyMs: refreshMs }).data?.calls ?? []
  const seated = license.activations.filter(({ status }) => status === 'active').map(({ identifier }) => identifier)
  const refused = calls.flatMap(({ identifier }) => identifier || [])
  const devices = [...new Set(refused)].filter((device) => !seated.includes(device)).slice(0, devicesMax)
  if (!devices.length) return null
  return (
    <div className="flex flex-wrap items-center gap-2">
      <span className="text-sm text-muted">{t.refusedLately}</span>
      {devices.map((device) => (
        <Button key={device} aria-label={t.whyRefused(device)} onClick={() => change({ device })}>
          <span className="min-w-0">{device}</span>
        </Button>
      ))}
    </div>
  )
}
