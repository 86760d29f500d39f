import { type FormEvent, useState } from 'react'
import { fieldErrorOf } from '../api/errors'
import type { Values } from '../commands/forms'
import { LossNotice } from '../commands/operation-form'
import { useTexts } from '../i18n/texts'
import { Button } from '../parts/button'
import { Dialog } from '../parts/dialog'
import { ErrorBox } from '../parts/error-box'
import { CheckboxField, SelectField, TextArea, TextField } from '../parts/field'
import { partTexts } from '../parts/texts'
import { type LicenseDetails, licenseInput } from './data'
import { type Deed, useDeed } from './deed'

/** A field of a dialog. */
export interface ActionField {
  name: string
  label: string
  description?: string
  kind?: 'text' | 'email' | 'number' | 'date' | 'area' | 'check' | 'choice'
  value?: string
  isRequired?: boolean
  choices?: readonly { value: string; label: string }[]
}

interface Props extends Pick<Deed, 'command' | 'done' | 'isUndoable' | 'onDone'> {
  license: LicenseDetails
  title: string
  /** A sentence on what happens. */
  about?: string
  fields: readonly ActionField[]
  /** Sends only the fields that were changed, empty ones too. */
  isEdit?: boolean
  /** Turns what was entered into the operation's input. */
  inputOf?(values: Values): Values
  onClose(): void
}

/** The dialog of an operation on a licence: a refusal of the server stands beside its field. */
export function ActionDialog(props: Props) {
  const { license, title, about, isEdit = false, inputOf = (values) => values, onClose, fields: _, ...deed } = props
  const parts = useTexts(partTexts)
  const { run, pending, confirm, cancel, error, isRunning } = useDeed(license)
  // As they were when it opened: what others change meanwhile neither moves a field nor makes it look changed.
  const [seen] = useState(license)
  const [fields] = useState(props.fields)

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const values = inputOf(enteredValues(new FormData(event.currentTarget), fields, isEdit))
    run({
      ...deed,
      seen,
      input: { ...values, ...licenseInput(license) },
      onDone(result) {
        onClose()
        deed.onDone?.(result)
      },
    })
  }

  return (
    <Dialog title={title} isOpen onClose={onClose}>
      {about && <p className="text-muted">{about}</p>}
      {/* What was entered stays while the server's question is shown. */}
      <form onSubmit={submit} className="flex flex-col gap-4" hidden={pending !== undefined}>
        {fields.map((field) => (
          <ActionControl key={field.name} field={field} error={fieldErrorOf(error, field.name)} />
        ))}
        <ErrorBox error={error} />
        <div className="flex gap-2">
          <Button type="submit" kind="primary" disabled={isRunning}>
            {isRunning ? parts.wait : title}
          </Button>
          <Button onClick={onClose}>{parts.cancel}</Button>
        </div>
      </form>
      {pending && <LossNotice loses={pending.loses} onConfirm={confirm} onCancel={cancel} />}
    </Dialog>
  )
}

function ActionControl({ field, error }: { field: ActionField; error: string | undefined }) {
  const { name, label, description, kind = 'text', value = '', isRequired, choices = [] } = field
  const common = { name, label, description, error, required: isRequired, defaultValue: value }
  if (kind === 'check') return <CheckboxField name={name} label={label} description={description} />
  if (kind === 'area') return <TextArea {...common} />
  if (kind === 'choice') return <SelectField {...common} choices={choices} />
  return <TextField {...common} type={kind} autoComplete="off" />
}

function enteredValues(data: FormData, fields: readonly ActionField[], isEdit: boolean): Values {
  const entries = fields.flatMap(({ name, kind, value = '' }): [string, unknown][] => {
    const entered = String(data.get(name) ?? '').trim()
    if (kind === 'check') return entered ? [[name, true]] : []
    const isGiven = isEdit ? entered !== value : entered !== ''
    return isGiven ? [[name, entered]] : []
  })
  return Object.fromEntries(entries)
}
