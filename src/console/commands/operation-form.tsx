import { type FormEvent, useState } from 'react'
import { fieldErrorOf } from '../api/errors'
import { useMay } from '../api/session'
import { useTexts } from '../i18n/texts'
import { Button } from '../parts/button'
import { ErrorBox } from '../parts/error-box'
import { TextField } from '../parts/field'
import { partTexts } from '../parts/texts'
import { AsText } from './as-text'
import { changedValues, type FormDescription, type Values, valuesIn } from './forms'
import { OperationField } from './operation-field'
import { lossOf, useOperation } from './run'
import { commandTexts } from './texts'

interface Props {
  form: FormDescription
  /** Fields that are given and not shown. */
  fixed?: Values
  /** What stands in the other fields at first. */
  initial?: Values
  /** For a change: what the thing has now. Fields that are left so are not sent, and keep what others made of them. */
  current?: Values
  /** The fields to show; all others that are not fixed if absent. */
  only?: readonly string[] | undefined
  onDone?(result: unknown, values: Values): void
  /** The label of the button. */
  action?: string | undefined
}

interface Pending {
  values: Values
  file: File | undefined
  loses: string
}

/**
 * A form made of an operation's fields. Before an operation that loses something it shows the server's sentence; a
 * refusal stands beside its field.
 */
export function OperationForm({ form, fixed = {}, initial = {}, current = {}, only, onDone, action }: Props) {
  const t = useTexts(commandTexts)
  const operation = useOperation(form)
  const mayRun = useMay(form.role)
  const [pending, setPending] = useState<Pending>()
  const [previewError, setPreviewError] = useState<unknown>()
  const [shown, setShown] = useState<Values>({ ...initial, ...fixed })
  // As it was when the form opened: the page goes on reading what others change.
  const [before] = useState(current)
  const start = { ...initial, ...before }
  const fields = form.fields.filter(({ name }) => !(name in fixed) && (only?.includes(name) ?? true))
  const error = previewError ?? operation.error

  async function run({ values, file }: Pick<Pending, 'values' | 'file'>) {
    setPending(undefined)
    const result = await operation.mutateAsync({ values, file }).catch(() => undefined)
    if (result !== undefined) onDone?.(result, values)
  }

  const entered = (element: HTMLFormElement) => ({
    ...changedValues(valuesIn(element, fields, start), before),
    ...fixed,
  })

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    event.stopPropagation()
    const element = event.currentTarget
    const data = new FormData(element)
    const values = entered(element)
    const chosen = data.get('the file')
    const file = chosen instanceof File && chosen.size ? chosen : undefined
    setPreviewError(undefined)
    try {
      const loses = await lossOf(form, values)
      if (loses) setPending({ values, file, loses })
      else await run({ values, file })
    } catch (thrown) {
      setPreviewError(thrown)
    }
  }

  // The form stays behind the notice, so that what was entered is still there if the server refuses.
  return (
    <>
      {pending && (
        <LossNotice loses={pending.loses} onConfirm={() => run(pending)} onCancel={() => setPending(undefined)} />
      )}
      <form
        onSubmit={submit}
        onInput={({ currentTarget }) => setShown(entered(currentTarget))}
        className={pending ? 'hidden' : 'flex flex-col gap-4'}
      >
        {fields.map((field) => (
          <OperationField
            key={field.name}
            field={field}
            value={start[field.name]}
            error={fieldErrorOf(error, field.name)}
          />
        ))}
        {form.takes_file && <TextField label={t.file} name="the file" type="file" required />}
        <ErrorBox error={error} />
        {!mayRun && <p className="text-sm text-muted">{t.needsRole(form.role)}</p>}
        <div>
          <Button type="submit" kind="primary" disabled={operation.isPending || !mayRun}>
            {operation.isPending ? t.running : (action ?? t.run)}
          </Button>
        </div>
        <AsText form={form} values={shown} />
      </form>
    </>
  )
}

interface NoticeProps {
  loses: string
  onConfirm(): void
  onCancel(): void
}

/** What a change takes away, in the server's words, and the choice to go on. */
export function LossNotice({ loses, onConfirm, onCancel }: NoticeProps) {
  const t = useTexts(commandTexts)
  const parts = useTexts(partTexts)
  return (
    <div role="alertdialog" aria-label={t.losesTitle} className="flex flex-col gap-3">
      <p className="font-medium">{t.losesTitle}</p>
      <p>{loses}</p>
      <div className="flex gap-2">
        <Button kind="danger" autoFocus onClick={onConfirm}>
          {t.confirm}
        </Button>
        <Button onClick={onCancel}>{parts.cancel}</Button>
      </div>
    </div>
  )
}
