import type { FormEvent } from 'react'
import { fieldErrorOf } from '../api/errors'
import { useChange } from '../api/hooks'
import { useTexts } from '../i18n/texts'
import { Button } from '../parts/button'
import { CopyButton, SecretOnce } from '../parts/copy'
import { ErrorBox } from '../parts/error-box'
import { SelectField, TextField } from '../parts/field'
import { setupTexts } from './texts'

interface Props {
  /** The key that was just made. */
  apiKey: string | undefined
  /** Whether there is a key whose value nobody sees any more. */
  hasOther: boolean
  /** The password, if it was chosen a moment ago. */
  password: string | undefined
  onDone(apiKey: string): void
}

export function ApiKeyStep({ apiKey, hasOther, password, onDone }: Props) {
  const t = useTexts(setupTexts)
  const create = useChange('POST /api-keys', ({ api_key }) => onDone(api_key))
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const data = new FormData(event.currentTarget)
    create.mutate({
      name: 'first',
      preset: String(data.get('preset')) as 'all',
      current_password: password ?? String(data.get('current_password')),
    })
  }
  if (apiKey) {
    return (
      <>
        <SecretOnce name={t.apiKey} secret={apiKey} />
        <div>
          <CopyButton text={`LATCHKEY_API_KEY=${apiKey}`} label={t.envLine} />
        </div>
      </>
    )
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <p>{hasOther ? `${t.keyDone} ${t.anotherKey}` : t.keyNote}</p>
      <SelectField
        label={t.preset}
        name="preset"
        error={fieldErrorOf(create.error, 'preset')}
        choices={[
          { value: 'all', label: t.presetAll },
          { value: 'client', label: t.presetClient },
          { value: 'shop', label: t.presetShop },
        ]}
      />
      {password === undefined && (
        <TextField
          label={t.currentPassword}
          name="current_password"
          type="password"
          autoComplete="current-password"
          required
        />
      )}
      <ErrorBox error={create.error} />
      <div>
        <Button type="submit" kind="primary" disabled={create.isPending}>
          {t.createKey}
        </Button>
      </div>
    </form>
  )
}
