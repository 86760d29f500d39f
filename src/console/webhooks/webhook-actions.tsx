import { useState } from 'react'
import type { Answer } from '../api/client'
import { useChange } from '../api/hooks'
import { useMay } from '../api/session'
import { OperationButton } from '../commands/operation-dialog'
import { formatNumber } from '../i18n/format'
import { useTexts } from '../i18n/texts'
import { Button } from '../parts/button'
import { ErrorBox } from '../parts/error-box'
import { partTexts } from '../parts/texts'
import { announce } from '../parts/toast'
import { webhookTexts } from './texts'
import { WebhookSecret } from './webhooks-page'

interface Props {
  webhook: Answer<'GET /webhooks/:id'>
  onDeleted(): void
}

/** What can be done with a webhook. */
export function WebhookActions({ webhook, onDeleted }: Props) {
  const t = useTexts(webhookTexts)
  const [secret, setSecret] = useState('')
  const mayChange = useMay('operator')
  const id = String(webhook.id)
  const ping = useChange('POST /webhooks/:id/test', () => announce(t.pinged))
  if (!mayChange) return null
  return (
    <>
      {webhook.active && (
        <Button disabled={ping.isPending} onClick={() => ping.mutate({ id })}>
          {t.ping}
        </Button>
      )}
      <OperationButton
        command="webhook replay"
        role="operator"
        label={t.replayRange}
        fixed={{ webhook: id }}
        initial={{ to: 'today' }}
        only={['from', 'to', 'state', 'event', 'dry_run']}
        onDone={(result) => {
          const { replayed, dry_run: isDry } = result as Answer<'POST /deliveries/replay'>
          announce((isDry ? t.wouldReplay : t.replayed)(formatNumber(replayed)))
        }}
      />
      <OperationButton
        command="webhook edit"
        role="operator"
        label={t.edit}
        fixed={{ id }}
        current={{ name: webhook.name, url: webhook.url, events: webhook.events }}
      />
      <OperationButton
        command="webhook rotate-secret"
        role="operator"
        label={t.rotate}
        fixed={{ id }}
        onDone={(result) => setSecret((result as Answer<'POST /webhooks/:id/rotate-secret'>).secret)}
      />
      <Switch id={id} isActive={webhook.active} />
      <OperationButton
        command="webhook delete"
        role="operator"
        label={t.remove}
        kind="danger"
        fixed={{ id }}
        onDone={onDeleted}
      />
      <ErrorBox error={ping.error} />
      {secret && <WebhookSecret secret={secret} onClose={() => setSecret('')} />}
    </>
  )
}

/** Disables or enables it at once, and offers to take that back. */
function Switch({ id, isActive }: { id: string; isActive: boolean }) {
  const t = useTexts(webhookTexts)
  const parts = useTexts(partTexts)
  const enable = useChange('POST /webhooks/:id/enable')
  const disable = useChange('POST /webhooks/:id/disable')
  const [change, reverse, said] = isActive ? [disable, enable, t.disabled] : [enable, disable, t.enabled]
  return (
    <>
      <Button
        disabled={change.isPending}
        onClick={() =>
          change.mutate(
            { id },
            { onSuccess: () => announce(said, { label: parts.undo, run: () => reverse.mutate({ id }) }) },
          )
        }
      >
        {isActive ? t.disable : t.enable}
      </Button>
      <ErrorBox error={enable.error ?? disable.error} />
    </>
  )
}
