import type { FormEvent } from 'react'
import { formatNumber } from '../i18n/format'
import { useTexts } from '../i18n/texts'
import { Button } from '../parts/button'
import { SelectField, TextField } from '../parts/field'
import { partTexts } from '../parts/texts'
import type { Setting } from './settings-page'
import { settingTexts } from './texts'

interface Props {
  setting: Setting
  isPending: boolean
  onSave(value: string): void
  onCancel(): void
}

/** The field of a setting, of the kind it takes. */
export function SettingForm({ setting, isPending, onSave, onCancel }: Props) {
  const t = useTexts(settingTexts)
  const parts = useTexts(partTexts)
  const { name, value, type, choices, minimum, maximum, is_secret: isSecret } = setting
  const label = t.value(name)

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    onSave(String(new FormData(event.currentTarget).get('value')))
  }

  const bounds = minimum !== null && maximum !== null
  return (
    <form onSubmit={submit} className="flex flex-col gap-2">
      {type === 'choice' ? (
        <SelectField
          autoFocus
          label={label}
          name="value"
          defaultValue={value}
          choices={choices.map((each) => ({ value: each, label: each }))}
        />
      ) : (
        <TextField
          autoFocus
          label={label}
          name="value"
          defaultValue={isSecret ? '' : value}
          description={bounds ? t.between(formatNumber(minimum), formatNumber(maximum)) : t[type]}
          {...(isSecret && { type: 'password', autoComplete: 'new-password' })}
          {...(type === 'number' && { type: 'number', min: minimum ?? undefined, max: maximum ?? undefined, step: 1 })}
        />
      )}
      <div className="flex gap-2">
        <Button type="submit" kind="primary" disabled={isPending}>
          {t.save}
        </Button>
        <Button onClick={onCancel}>{parts.cancel}</Button>
      </div>
    </form>
  )
}
