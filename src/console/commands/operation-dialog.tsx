import { type ReactNode, useState } from 'react'
import { useMay } from '../api/session'
import { useTexts } from '../i18n/texts'
import { Button, type ButtonKind } from '../parts/button'
import { Dialog } from '../parts/dialog'
import { Answered } from '../parts/loading'
import { announce } from '../parts/toast'
import { useOperationForm, type Values } from './forms'
import { OperationForm } from './operation-form'
import { commandTexts } from './texts'

interface Props {
  /** The operation, by its command. */
  command: string
  /** The least role that may use it: nobody else sees the button. */
  role: string
  /** The text of the button, and the title of the dialog. */
  label: string
  fixed?: Values
  initial?: Values
  current?: Values
  only?: readonly string[]
  kind?: ButtonKind
  onDone?(result: unknown, values: Values): void
  children?: ReactNode
}

/** A button that opens the form of an operation in a dialog. */
export function OperationButton({ command, role, label, kind = 'plain', children, ...form }: Props) {
  const [isOpen, setOpen] = useState(false)
  if (!useMay(role)) return null
  return (
    <>
      <Button kind={kind} onClick={() => setOpen(true)}>
        {children ?? label}
      </Button>
      {isOpen && <OperationDialog command={command} title={label} onClose={() => setOpen(false)} {...form} />}
    </>
  )
}

interface DialogProps extends Omit<Props, 'role' | 'label' | 'kind' | 'children'> {
  title: string
  onClose(): void
}

/** The form of an operation in a dialog; closes when it is done. */
export function OperationDialog({
  command,
  title,
  onClose,
  onDone,
  fixed = {},
  initial = {},
  current = {},
  only,
}: DialogProps) {
  const t = useTexts(commandTexts)
  const query = useOperationForm(command)
  return (
    <Dialog title={title} isOpen onClose={onClose}>
      <Answered query={query}>
        {({ form }) =>
          form ? (
            <OperationForm
              form={form}
              fixed={fixed}
              initial={initial}
              current={current}
              only={only}
              action={title}
              onDone={(result, values) => {
                onClose()
                announce(t.done(title))
                onDone?.(result, values)
              }}
            />
          ) : (
            <p>{t.unknown(command)}</p>
          )
        }
      </Answered>
    </Dialog>
  )
}
