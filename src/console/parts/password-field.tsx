import { type ComponentProps, useState } from 'react'
import { useTexts } from '../i18n/texts'
import { Button } from './button'
import { TextField } from './field'
import { partTexts } from './texts'

interface Props extends ComponentProps<'input'> {
  label: string
  error?: string | undefined
}

/** A password to choose, which the user may look at instead of typing it twice. */
export function NewPasswordField(props: Props) {
  const t = useTexts(partTexts)
  const [isShown, setShown] = useState(false)
  return (
    <div className="flex flex-col items-start gap-2">
      <div className="w-full">
        <TextField
          {...props}
          type={isShown ? 'text' : 'password'}
          autoComplete="new-password"
          description={t.passwordRule}
          required
        />
      </div>
      <Button aria-pressed={isShown} onClick={() => setShown(!isShown)}>
        {t.showPassword}
      </Button>
    </div>
  )
}
