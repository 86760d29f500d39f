import type { ReactNode } from 'react'
import { LossNotice } from '../commands/operation-form'
import { Button, type ButtonKind } from '../parts/button'
import { Dialog } from '../parts/dialog'
import { ErrorBox } from '../parts/error-box'
import { useKeys } from '../shell/shortcuts'
import type { LicenseDetails } from './data'
import { type Deed, useDeed, usePermitted } from './deed'

interface Props extends Deed {
  license: LicenseDetails
  /** The text of the button. */
  label: string
  /** Its name for assistive technology, where the text alone does not say what it is about. */
  name?: string
  kind?: ButtonKind
  /** The letter that does the same. */
  shortcut?: string
  children?: ReactNode
}

/** A button that does one thing to a licence at once. It is not there for roles that would be refused. */
export function DeedButton({ license, label, name, kind, shortcut, children, ...deed }: Props) {
  const { run, pending, confirm, cancel, error, isRunning } = useDeed(license)
  const isPermitted = usePermitted()(deed.command) !== undefined
  useKeys(shortcut && isPermitted ? { [shortcut]: () => run(deed) } : {})
  if (!isPermitted) return null
  return (
    <div className="no-print flex flex-col items-start gap-2">
      <Button kind={kind ?? 'plain'} aria-label={name} disabled={isRunning} onClick={() => run(deed)}>
        {children ?? label}
      </Button>
      <ErrorBox error={error} />
      {pending && (
        <Dialog title={name ?? label} isOpen onClose={cancel}>
          <LossNotice loses={pending.loses} onConfirm={confirm} onCancel={cancel} />
        </Dialog>
      )}
    </div>
  )
}
