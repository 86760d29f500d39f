import { useState } from 'react'
import { fieldErrorOf } from '../api/errors'
import { useTexts } from '../i18n/texts'
import { Button } from '../parts/button'
import { TextField } from '../parts/field'
import { logInTexts } from './texts'

/** What a form asks for: the code of the app, or a recovery code. */
type CodeName = 'code' | 'recovery_code'

interface Props {
  hasApp: boolean
  hasRecoveryCodes: boolean
  error: unknown
}

/** A field for the code of the app, which can be changed for a recovery code. */
export function CodeField({ hasApp, hasRecoveryCodes, error }: Props) {
  const t = useTexts(logInTexts)
  const [name, setName] = useState<CodeName>(hasApp ? 'code' : 'recovery_code')
  return (
    <>
      <TextField
        key={name}
        label={name === 'code' ? t.code : t.recoveryCode}
        name={name}
        autoComplete={name === 'code' ? 'one-time-code' : 'off'}
        inputMode={name === 'code' ? 'numeric' : 'text'}
        autoCapitalize="none"
        spellCheck={false}
        required
        error={fieldErrorOf(error, name)}
      />
      {hasApp && hasRecoveryCodes && (
        <div>
          <Button kind="quiet" onClick={() => setName(name === 'code' ? 'recovery_code' : 'code')}>
            {name === 'code' ? t.useRecoveryCode : t.useCode}
          </Button>
        </div>
      )}
    </>
  )
}

/** The code that was typed, by its name. */
export const codeIn = (form: HTMLFormElement): { code?: string; recovery_code?: string } =>
  Object.fromEntries(
    (['code', 'recovery_code'] as const).flatMap((name) => {
      const value = new FormData(form).get(name)
      return value ? [[name, String(value)]] : []
    }),
  )
