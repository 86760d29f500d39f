import { Dialog as BaseDialog } from '@base-ui/react/dialog'
import { X } from 'lucide-react'
import { type ReactNode, useRef } from 'react'
import { useTexts } from '../i18n/texts'
import { partTexts } from './texts'

interface Props {
  title: string
  isOpen: boolean
  onClose(): void
  /** A dialog that cannot be dismissed, such as the log-in of an ended session. */
  isFixed?: boolean
  children: ReactNode
}

/** A modal dialog: keeps the focus, which begins in its first field, and closes with Escape. */
export function Dialog({ title, isOpen, onClose, isFixed = false, children }: Props) {
  const t = useTexts(partTexts)
  const popup = useRef<HTMLDivElement>(null)
  return (
    <BaseDialog.Root open={isOpen} onOpenChange={(open) => !open && !isFixed && onClose()}>
      <BaseDialog.Portal>
        <BaseDialog.Backdrop className="fixed inset-0 z-40 bg-black/50" />
        <BaseDialog.Popup
          data-modal
          ref={popup}
          initialFocus={(how) => how === 'touch' || firstIn(popup.current)}
          className="fixed inset-x-2 top-[6dvh] z-50 mx-auto flex max-h-[88dvh] max-w-2xl flex-col gap-4 overflow-auto rounded-lg border border-line bg-card p-4 text-text shadow-xl"
        >
          <div className="flex items-start justify-between gap-2">
            <BaseDialog.Title className="text-lg font-semibold">{title}</BaseDialog.Title>
            {!isFixed && (
              <BaseDialog.Close aria-label={t.close} className="rounded p-1">
                <X aria-hidden size={20} />
              </BaseDialog.Close>
            )}
          </div>
          {children}
        </BaseDialog.Popup>
      </BaseDialog.Portal>
    </BaseDialog.Root>
  )
}

/** What in a dialog has asked for the focus, or its first field; without either, the first button has it. */
function firstIn(popup: HTMLElement | null): HTMLElement | true {
  const focused = document.activeElement
  if (focused instanceof HTMLElement && popup?.contains(focused)) return focused
  return popup?.querySelector<HTMLElement>('input:not([type=hidden]), select, textarea') ?? true
}
