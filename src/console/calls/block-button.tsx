import { useQueryClient } from '@tanstack/react-query'
import { Ban } from 'lucide-react'
import { call } from '../api/client'
import { OperationButton } from '../commands/operation-dialog'
import { useTexts } from '../i18n/texts'
import { partTexts } from '../parts/texts'
import { announce } from '../parts/toast'
import { callTexts } from './texts'

interface Props {
  kind: 'ip' | 'identifier'
  value: string
  /** The text of the button; the name of what it blocks is added for those who do not see the row. */
  label?: string
}

/** A button that blocks an address or a device, and offers to take it back. */
export function BlockButton({ kind, value, label }: Props) {
  const [t, parts] = [useTexts(callTexts), useTexts(partTexts)]
  const client = useQueryClient()

  async function unblock(id: number) {
    await call('DELETE /blocklist/:id', { id })
    await client.invalidateQueries()
    announce(t.unblocked(value))
  }

  return (
    <OperationButton
      command="blocklist add"
      role="operator"
      kind="quiet"
      label={t.blockThis(value)}
      fixed={{ [kind]: value }}
      only={['reason', 'expires_at']}
      onDone={(made) =>
        announce(t.blocked(value), {
          label: parts.undo,
          run: () => void unblock((made as { id: number }).id).catch((error: Error) => announce(error.message)),
        })
      }
    >
      <span aria-hidden="true" title={t.block}>
        {label ?? <Ban size={16} />}
      </span>
      <span className="sr-only">{t.blockThis(value)}</span>
    </OperationButton>
  )
}
