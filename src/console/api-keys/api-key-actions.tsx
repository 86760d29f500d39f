import { useState } from 'react'
import type { Answer } from '../api/client'
import { useChange } from '../api/hooks'
import { useMay } from '../api/session'
import { OperationButton } from '../commands/operation-dialog'
import { useTexts } from '../i18n/texts'
import { Button } from '../parts/button'
import { ErrorBox } from '../parts/error-box'
import { announce } from '../parts/toast'
import { ApiKeySecret } from './api-keys-page'
import type { ApiKey } from './states'
import { apiKeyTexts } from './texts'

/** What can be done with an API key; nothing once it is revoked. */
export function ApiKeyActions({ apiKey }: { apiKey: ApiKey }) {
  const t = useTexts(apiKeyTexts)
  const [secret, setSecret] = useState('')
  const mayDisable = useMay('operator')
  const id = String(apiKey.id)
  const disable = useChange('POST /api-keys/:id/disable', () => announce(t.disabled))
  if (apiKey.status === 'revoked') return null
  return (
    <>
      <OperationButton
        command="api-key edit"
        role="owner"
        label={t.edit}
        fixed={{ id }}
        current={{
          name: apiKey.name,
          capabilities: apiKey.capabilities,
          allowed_ips: apiKey.allowed_ips,
          rate_limit_per_minute: apiKey.rate_limit_per_minute ?? undefined,
          expires_at: apiKey.expires_at ?? undefined,
          dialect: apiKey.dialect,
        }}
      />
      <OperationButton
        command="api-key rotate"
        role="owner"
        label={t.rotate}
        fixed={{ id }}
        initial={{ overlap: '7d' }}
        onDone={(result) => setSecret((result as Answer<'POST /api-keys/:id/rotate'>).api_key)}
      />
      {apiKey.status === 'inactive' ? (
        <OperationButton command="api-key enable" role="owner" label={t.enable} fixed={{ id }} />
      ) : (
        mayDisable && (
          <Button disabled={disable.isPending} onClick={() => disable.mutate({ id })}>
            {t.disable}
          </Button>
        )
      )}
      <OperationButton command="api-key revoke" role="owner" label={t.revoke} kind="danger" fixed={{ id }} />
      <ErrorBox error={disable.error} />
      {secret && <ApiKeySecret secret={secret} onClose={() => setSecret('')} />}
    </>
  )
}
