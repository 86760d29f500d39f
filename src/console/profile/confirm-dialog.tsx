import { useTexts } from '../i18n/texts'
import { Button } from '../parts/button'
import { Dialog } from '../parts/dialog'
import { ErrorBox } from '../parts/error-box'
import { partTexts } from '../parts/texts'

interface Props {
  title: string
  /** What is lost. */
  note: string
  action: string
  change: { isPending: boolean; error: unknown }
  onConfirm(): void
  onClose(): void
}

/** Says what is lost before it is. */
export function ConfirmDialog({ title, note, action, change, onConfirm, onClose }: Props) {
  const parts = useTexts(partTexts)
  return (
    <Dialog title={title} isOpen onClose={onClose}>
      <p>{note}</p>
      <ErrorBox error={change.error} />
      <div className="flex gap-2">
        <Button kind="danger" disabled={change.isPending} onClick={onConfirm}>
          {action}
        </Button>
        <Button onClick={onClose}>{parts.cancel}</Button>
      </div>
    </Dialog>
  )
}
