import { type ReactNode, useState } from 'react'
import { useAsk } from '../api/hooks'
import { OperationButton } from '../commands/operation-dialog'
import { useTexts } from '../i18n/texts'
import { Badge } from '../parts/badge'
import { Answered } from '../parts/loading'
import { Card } from '../parts/page'
import { ApiKeyStep } from './api-key-step'
import { FinishLink } from './finish-link'
import { ProductStep } from './product-step'
import { setupTexts } from './texts'
import { TryStep } from './try-step'

/** The first steps of an owner. Each is there until it is done, however often the page is opened. */
export function FirstSteps() {
  const t = useTexts(setupTexts)
  const [apiKey, setApiKey] = useState<string>()
  const products = useAsk('GET /products', { limit: 1 })
  const keys = useAsk('GET /api-keys', { limit: 1 })
  const backups = useAsk('GET /backups', {})
  return (
    <Answered query={products}>
      {({ products: [product] }) => (
        <Answered query={keys}>
          {({ api_keys: [key] }) => (
            <>
              <Step title={t.productTitle} isDone={product !== undefined}>
                {product ? <p>{t.productDone(product.name)}</p> : <ProductStep />}
              </Step>
              <Step title={t.keyTitle} isDone={apiKey !== undefined}>
                <ApiKeyStep apiKey={apiKey} hasOther={key !== undefined} onDone={setApiKey} />
              </Step>
              <Step title={t.tryTitle} isDone={false}>
                {product && apiKey ? <TryStep productId={product.id} apiKey={apiKey} /> : <p>{t.tryMissing}</p>}
              </Step>
              <Answered query={backups}>
                {({ settings }) => (
                  <Step title={t.backupsTitle} isDone={Boolean(settings.to)}>
                    {settings.to ? <p>{t.backupsDone}</p> : <p>{t.backupsNote}</p>}
                    <div>
                      <OperationButton command="backups set" role="owner" label={t.backupsTitle} />
                    </div>
                  </Step>
                )}
              </Answered>
              <FinishLink />
            </>
          )}
        </Answered>
      )}
    </Answered>
  )
}

function Step({ title, isDone, children }: { title: string; isDone: boolean; children: ReactNode }) {
  const t = useTexts(setupTexts)
  return (
    <Card title={title} actions={isDone ? <Badge tone="good">{t.stepDone}</Badge> : undefined}>
      {children}
    </Card>
  )
}
