import { useId } from 'react'
import { useTexts } from '../i18n/texts'
import { ChoicesField } from '../parts/choices-field'
import { CheckboxField, SelectField, TextArea, TextField } from '../parts/field'
import type { FormField } from './forms'
import { commandTexts } from './texts'

interface Props {
  field: FormField
  value?: unknown
  error?: string | undefined
}

const longTextFrom = 1000

/** `owner_email` as a label: Owner email. */
export const labelOf = (name: string) => {
  const words = name.replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** The control of an operation's field. */
export function OperationField({ field, value, error }: Props) {
  const t = useTexts(commandTexts)
  const suggestions = useId()
  const { name, kind, is_required: isRequired, is_secret: isSecret, description, choices, suggested } = field
  const label = isRequired ? labelOf(name) : `${labelOf(name)} (${t.optional})`
  const common = { name, label, description, error, required: isRequired }
  const text = value === undefined ? '' : Array.isArray(value) ? value.join('\n') : String(value)
  if (kind === 'toggle')
    return <CheckboxField name={name} label={labelOf(name)} description={description} defaultChecked={value === true} />
  if (kind === 'list' && choices.length) {
    const chosen = Array.isArray(value) ? value.map(String) : text.split(/[\n,]/)
    return <ChoicesField {...common} choices={choices} chosen={chosen} />
  }
  if (kind === 'flag' || (kind === 'choice' && choices.length)) {
    const words = kind === 'flag' ? ['0', '1'] : choices
    const options = words.map((each) => ({ value: each, label: each }))
    return <SelectField {...common} defaultValue={text} choices={[{ value: '', label: t.choose }, ...options]} />
  }
  if (isSecret) return <TextField {...common} type="password" autoComplete="new-password" defaultValue={text} />
  if (kind === 'list' || kind === 'json' || (kind === 'text' && (field.max_length ?? 0) >= longTextFrom)) {
    return <TextArea {...common} defaultValue={text} />
  }
  if (kind === 'integer') {
    return <TextField {...common} type="number" min={field.minimum} max={field.maximum} step={1} defaultValue={text} />
  }
  return (
    <>
      <TextField
        {...common}
        maxLength={field.max_length}
        defaultValue={text}
        list={suggested.length ? suggestions : undefined}
      />
      {suggested.length > 0 && (
        <datalist id={suggestions}>
          {suggested.map((each) => (
            <option key={each} value={each} />
          ))}
        </datalist>
      )}
    </>
  )
}
