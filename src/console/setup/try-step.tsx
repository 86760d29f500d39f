import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { basePath } from '../api/base-path'
import { type Answer, call } from '../api/client'
import { useTexts } from '../i18n/texts'
import { Button } from '../parts/button'
import { CopyButton } from '../parts/copy'
import { ErrorBox } from '../parts/error-box'
import { ScrollArea } from '../parts/scroll-area'
import { type Envelope, isGenuine } from './signature'
import { setupTexts } from './texts'

const identifier = 'my-laptop'
const alphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'

interface Props {
  productId: number
  apiKey: string
}

interface Asked {
  answer: Envelope
  isGenuine: boolean | undefined
}

/** Makes a licence, asks whether it is good as software would, and checks the signature of the answer. */
export function TryStep({ productId, apiKey }: Props) {
  const t = useTexts(setupTexts)
  const [licenseKey] = useState(newKey)
  const ask = useMutation({
    mutationFn: async (): Promise<Asked> => {
      if (!ask.data) await createLicense(productId, licenseKey)
      await askAsSoftware('activate', { licenseKey, apiKey })
      const answer = await askAsSoftware('verify', { licenseKey, apiKey })
      const byCompanion = await askAsSoftware('verify', { licenseKey, apiKey, signature_algorithm: 'ES256' })
      const { keys } = await call('GET /signing-keys', {})
      const checks = await Promise.all([checkOf(answer, 'RS256', keys), checkOf(byCompanion, 'ES256', keys)])
      return { answer, isGenuine: checks.includes(undefined) ? undefined : checks.every(Boolean) }
    },
  })
  const curl = curlFor(licenseKey, apiKey)
  return (
    <div className="flex flex-col gap-3">
      <p>{t.tryNote}</p>
      <div>
        <Button kind="primary" disabled={ask.isPending} onClick={() => ask.mutate()}>
          {ask.data ? t.askAgain : t.ask}
        </Button>
      </div>
      <ErrorBox error={ask.error} />
      {ask.data && (
        <div role="status" className="flex flex-col gap-3">
          <p className="font-medium">
            {t.answer}: {ask.data.answer.response.code} {ask.data.answer.response.message}
          </p>
          <p className={ask.data.isGenuine === false ? 'text-bad' : ask.data.isGenuine ? 'text-good' : ''}>
            {ask.data.isGenuine === undefined ? t.unchecked : ask.data.isGenuine ? t.genuine : t.forged}
          </p>
          <p className="font-medium">{t.curl}</p>
          <ScrollArea name={t.curl} className="rounded-md border border-line p-2">
            <pre>{curl}</pre>
          </ScrollArea>
          <div>
            <CopyButton text={curl} />
          </div>
        </div>
      )}
    </div>
  )
}

/** Checks an answer with the global key of that algorithm. */
async function checkOf(answer: Envelope, algorithm: 'RS256' | 'ES256', keys: Answer<'GET /signing-keys'>['keys']) {
  const key = keys.find((each) => each.algorithm === algorithm && each.state === 'current' && each.product_id === null)
  return key && isGenuine(answer, key)
}

/** A random licence key: 80 bits in four groups. */
function newKey(): string {
  const letters = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => alphabet[byte % alphabet.length])
  return letters.join('').replace(/(.{4})(?=.)/g, '$1-')
}

const createLicense = (productId: number, key: string) =>
  call('POST /licenses', {
    product: String(productId),
    license_keys: [key],
    owner_name: 'First customer',
    activation_limit: 2,
    validity: 365,
  })

const addressOf = (path: string) => `${location.origin}${basePath}/api/v1/${path}`

interface Question {
  licenseKey: string
  apiKey: string
  signature_algorithm?: 'ES256'
}

async function askAsSoftware(path: string, { licenseKey, apiKey, ...options }: Question) {
  const response = await fetch(addressOf(path), {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ license_key: licenseKey, identifier, ...options }),
  })
  return (await response.json()) as Envelope
}

const curlFor = (licenseKey: string, apiKey: string) =>
  [
    `curl ${addressOf('verify')}`,
    `-H 'Authorization: Bearer ${apiKey}'`,
    `-d license_key=${licenseKey} -d identifier=${identifier}`,
  ].join(' \\\n  ')
