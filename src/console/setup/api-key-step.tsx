import type { FormEvent } from 'react'
import { fieldErrorOf } from '../api/errors'
import { useChange } from '../api/hooks'
import { useTexts } from '../i18n/texts'
import { Button } from '../parts/button'
import { CopyButton, SecretOnce } from '../parts/copy'
import { ErrorBox } from '../parts/error-box'
import { SelectField } from '../parts/field'
import { partTexts } from '../parts/texts'
import { setupTexts } from './texts'

interface Props {
  /** The key that was just made. */
  apiKey: string | undefined
  /** Whether there is a key whose value nobody sees any more. */
  hasOther: boolean
  onDone(apiKey: string): void
}

export function ApiKeyStep({ apiKey, hasOther, onDone }: Props) {
  const t = useTexts(setupTexts)
  const parts = useTexts(partTexts)
  const create = useChange('POST /api-keys', ({ api_key }) => onDone(api_key))
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const preset = String(new FormData(event.currentTarget).get('preset'))
    create.mutate({ name: 'first', preset: preset as 'all' })
  }
  if (apiKey) {
    return (
      <>
        <SecretOnce name={t.apiKey} secret={apiKey} />
        <div>
          <CopyButton text={`LATCHKEY_API_KEY=${apiKey}`} label={parts.copyEnv} />
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
      <ErrorBox error={create.error} />
      <div>
        <Button type="submit" kind="primary" disabled={create.isPending}>
          {t.createKey}
        </Button>
      </div>
    </form>
  )
}
