import { type FormEvent, type ReactNode, useState } from 'react'
import { fieldErrorOf } from '../api/errors'
import { useMay } from '../api/session'
import { useTexts } from '../i18n/texts'
import { Button, type ButtonKind } from '../parts/button'
import { Dialog } from '../parts/dialog'
import { ErrorBox } from '../parts/error-box'
import { TextField } from '../parts/field'
import { Answered } from '../parts/loading'
import { partTexts } from '../parts/texts'
import { announce } from '../parts/toast'
import { type FormDescription, useOperationForm, type Values, valuesIn } from './forms'
import { OperationField } from './operation-field'
import { lossOf, useOperation } from './run'
import { commandTexts } from './texts'

interface Plan<Result> {
  /** The operation, by its command; it takes `dry_run`. */
  command: string
  fixed: Values
  /** The fields to show. */
  only: readonly string[]
  initial?: Values
  /** What the dry run says. */
  show(result: Result): ReactNode
  /** How many things change: nothing to apply if none, a word to type above a hundred. */
  count(result: Result): number
  onDone?(result: Result, values: Values): void
  /** Takes it back, where it can be. */
  undo?(result: Result): Promise<unknown>
}

interface Props<Result> extends Plan<Result> {
  /** The least role that may use it: nobody else sees the button. */
  least: string
  label: string
  kind?: ButtonKind
}

/** A button that opens an operation in a dialog: its fields, then what a dry run says, then the change. */
export function PlannedButton<Result>({ least, label, kind = 'plain', ...plan }: Props<Result>) {
  const [isOpen, setOpen] = useState(false)
  const query = useOperationForm(plan.command)
  if (!useMay(least)) return null
  return (
    <>
      <Button kind={kind} onClick={() => setOpen(true)}>
        {label}
      </Button>
      {isOpen && (
        <Dialog title={label} isOpen onClose={() => setOpen(false)}>
          <Answered query={query}>
            {({ form }) => form && <Planned form={form} label={label} onClose={() => setOpen(false)} {...plan} />}
          </Answered>
        </Dialog>
      )}
    </>
  )
}

interface PlannedProps<Result> extends Plan<Result> {
  form: FormDescription
  label: string
  onClose(): void
}

interface Preview<Result> {
  values: Values
  result: Result
  loses: string
}

function Planned<Result>(props: PlannedProps<Result>) {
  const { form, label, fixed, only, initial = {}, onClose, onDone, undo } = props
  const t = useTexts(commandTexts)
  const parts = useTexts(partTexts)
  const operation = useOperation(form)
  const [preview, setPreview] = useState<Preview<Result>>()
  const [error, setError] = useState<unknown>()
  const fields = form.fields.filter(({ name }) => only.includes(name))

  async function look(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    event.stopPropagation()
    const values = { ...valuesIn(event.currentTarget, fields, initial), ...fixed }
    setError(undefined)
    try {
      const result = (await operation.mutateAsync({ values: { ...values, dry_run: true } })) as Result
      setPreview({ values, result, loses: await lossOf(form, values) })
    } catch (thrown) {
      setError(thrown)
    }
  }

  async function apply(values: Values) {
    setError(undefined)
    try {
      const result = (await operation.mutateAsync({ values })) as Result
      onClose()
      announce(t.done(label), undo && { label: parts.undo, run: () => undo(result) })
      onDone?.(result, values)
    } catch (thrown) {
      setError(thrown)
    }
  }

  if (preview) {
    return (
      <PreviewNotice
        {...props}
        preview={preview}
        error={error}
        isPending={operation.isPending}
        onApply={() => apply(preview.values)}
        onBack={() => setPreview(undefined)}
      />
    )
  }
  return (
    <form onSubmit={look} className="flex flex-col gap-4">
      {fields.map((field) => (
        <OperationField
          key={field.name}
          field={field}
          value={initial[field.name]}
          error={fieldErrorOf(error, field.name)}
        />
      ))}
      <ErrorBox error={error} />
      <div>
        <Button type="submit" kind="primary" disabled={operation.isPending}>
          {operation.isPending ? t.running : t.showChanges}
        </Button>
      </div>
    </form>
  )
}

const withoutWordMax = 100

interface NoticeProps<Result> extends Pick<PlannedProps<Result>, 'label' | 'show' | 'count'> {
  preview: Preview<Result>
  error: unknown
  isPending: boolean
  onApply(): void
  onBack(): void
}

function PreviewNotice<Result>({ label, show, count, preview, error, isPending, ...on }: NoticeProps<Result>) {
  const t = useTexts(commandTexts)
  const parts = useTexts(partTexts)
  const [word, setWord] = useState('')
  const changes = count(preview.result)
  const needsWord = changes > withoutWordMax
  return (
    <div className="flex flex-col gap-4">
      {show(preview.result)}
      {preview.loses && changes > 0 && (
        <div role="alert" className="rounded-md border border-bad p-3">
          <p className="font-medium">{t.losesTitle}</p>
          <p>{preview.loses}</p>
        </div>
      )}
      {needsWord && (
        <TextField label={parts.typeToConfirm(label)} value={word} onChange={(event) => setWord(event.target.value)} />
      )}
      <ErrorBox error={error} />
      <div className="flex flex-wrap gap-2">
        {changes > 0 && (
          <Button
            kind={preview.loses ? 'danger' : 'primary'}
            disabled={isPending || (needsWord && word !== label)}
            onClick={() => on.onApply()}
          >
            {isPending ? t.running : label}
          </Button>
        )}
        <Button onClick={on.onBack}>{t.back}</Button>
      </div>
    </div>
  )
}
