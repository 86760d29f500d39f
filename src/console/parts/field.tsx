import { type ComponentProps, type ReactNode, useId } from 'react'

const control =
  'w-full rounded-md border border-control min-h-8.5 bg-card px-2.5 py-1 text-text aria-invalid:border-bad'

interface Described {
  label: string
  description?: ReactNode
  error?: string | undefined
}

interface Wired {
  id: string
  'aria-describedby': string | undefined
  'aria-invalid': true | undefined
}

/** A labelled control with its description, and the server's sentence where the value was refused. */
export function Field({ label, description, error, children }: Described & { children(wired: Wired): ReactNode }) {
  const id = useId()
  const about = [description ? `${id}-description` : '', error ? `${id}-error` : ''].filter(Boolean).join(' ')
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      {children({ id, 'aria-describedby': about || undefined, 'aria-invalid': error ? true : undefined })}
      {description && (
        <p id={`${id}-description`} className="text-sm text-muted">
          {description}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} className="text-sm text-bad">
          {error}
        </p>
      )}
    </div>
  )
}

export const TextField = ({ label, description, error, ...input }: Described & ComponentProps<'input'>) => (
  <Field label={label} description={description} error={error}>
    {(wired) => <input className={control} {...input} {...wired} />}
  </Field>
)

export const TextArea = ({ label, description, error, ...input }: Described & ComponentProps<'textarea'>) => (
  <Field label={label} description={description} error={error}>
    {(wired) => <textarea className={control} rows={4} {...input} {...wired} />}
  </Field>
)

interface Choice {
  value: string
  label: string
}

export const SelectField = ({
  label,
  description,
  error,
  choices,
  ...select
}: Described & ComponentProps<'select'> & { choices: readonly Choice[] }) => (
  <Field label={label} description={description} error={error}>
    {(wired) => (
      <select className={control} {...select} {...wired}>
        {choices.map(({ value, label: shown }) => (
          <option key={value} value={value}>
            {shown}
          </option>
        ))}
      </select>
    )}
  </Field>
)

export function CheckboxField({ label, description, ...input }: Omit<Described, 'error'> & ComponentProps<'input'>) {
  const id = useId()
  return (
    <div className="flex items-start gap-2">
      <input
        type="checkbox"
        id={id}
        className="mt-0.5 size-5 accent-accent"
        aria-describedby={description ? `${id}-description` : undefined}
        {...input}
      />
      <div>
        <label htmlFor={id} className="text-sm font-medium">
          {label}
        </label>
        {description && (
          <p id={`${id}-description`} className="text-sm text-muted">
            {description}
          </p>
        )}
      </div>
    </div>
  )
}
