import { useId } from 'react'

interface Props {
  label: string
  name: string
  description?: string
  error?: string | undefined
  choices: readonly string[]
  chosen?: readonly string[]
}

/** Any number of some words, each with its checkbox; `FormData.getAll` has the chosen ones. */
export function ChoicesField({ label, name, description, error, choices, chosen = [] }: Props) {
  const id = useId()
  const about = [description ? `${id}-description` : '', error ? `${id}-error` : ''].filter(Boolean).join(' ')
  return (
    <fieldset className="flex min-w-0 flex-col gap-1" aria-describedby={about || undefined}>
      <legend className="text-sm font-medium">{label}</legend>
      {description && (
        <p id={`${id}-description`} className="text-sm text-muted">
          {description}
        </p>
      )}
      <div className="grid grid-cols-1 gap-1 rounded-md border border-control p-2 sm:grid-cols-2">
        {choices.map((choice) => (
          <label key={choice} className="flex min-h-6 items-center gap-2 text-sm">
            <input
              type="checkbox"
              name={name}
              value={choice}
              defaultChecked={chosen.includes(choice)}
              className="size-5 shrink-0 accent-accent"
            />
            {choice}
          </label>
        ))}
      </div>
      {error && (
        <p id={`${id}-error`} className="text-sm text-bad">
          {error}
        </p>
      )}
    </fieldset>
  )
}
