import { useState } from 'react'
import { type Answer, call } from '../api/client'
import { useMay } from '../api/session'
import { PlannedButton } from '../commands/planned-operation'
import { Value } from '../commands/value'
import { useTexts } from '../i18n/texts'
import { Button } from '../parts/button'
import { ErrorBox } from '../parts/error-box'
import { Card } from '../parts/page'
import { saveFile } from '../parts/save-file'
import { customerTexts } from './texts'

type Erasure = Answer<'POST /customers/:email/erase'>

/** What is stored about a person: to count, to hand over, to erase. */
export function CustomerData({ email, onGone }: { email: string; onGone(): void }) {
  const t = useTexts(customerTexts)
  const isOwner = useMay('owner')
  const [counts, setCounts] = useState<Answer<'GET /customers/:email/data'>>()
  const [error, setError] = useState<unknown>()
  const [isBusy, setBusy] = useState(false)

  async function attempt(work: () => Promise<void>) {
    setBusy(true)
    setError(undefined)
    try {
      await work()
    } catch (thrown) {
      setError(thrown)
    } finally {
      setBusy(false)
    }
  }
  const count = () => attempt(async () => setCounts(await call('GET /customers/:email/data', { email })))
  const save = () =>
    attempt(async () => {
      const data = await call('GET /customers/:email/export', { email })
      saveFile('customer.json', new Blob([JSON.stringify(data, null, 2)], { type: 'application/json' }))
    })

  return (
    <Card
      title={t.data}
      actions={
        <>
          <Button disabled={isBusy} onClick={count}>
            {t.count}
          </Button>
          {isOwner && (
            <Button disabled={isBusy} onClick={save}>
              {isBusy ? t.exporting : t.exportAll}
            </Button>
          )}
          <PlannedButton<Erasure>
            command="customer erase"
            least="owner"
            label={t.erase}
            kind="danger"
            fixed={{ email }}
            only={['with_licenses']}
            show={({ dry_run: _, with_licenses: __, ...erasure }) => <Value name={t.erased} value={erasure} />}
            count={() => 1}
            onDone={onGone}
          />
        </>
      }
    >
      <p className="text-sm text-muted">{t.dataNote}</p>
      <ErrorBox error={error} />
      {counts && (
        <div role="status">
          <Value name={t.data} value={{ ...counts, license_keys: undefined }} />
        </div>
      )}
    </Card>
  )
}
