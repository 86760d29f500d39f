import { useMutation } from '@tanstack/react-query'
import type { FormEvent } from 'react'
import { call } from '../api/client'
import { canUsePasskeys, showPasskey } from '../api/passkeys'
import { useTexts } from '../i18n/texts'
import { Button } from '../parts/button'
import { ErrorBox } from '../parts/error-box'
import { CodeField, codeIn } from './code-field'
import { logInTexts } from './texts'

interface Props {
  methods: readonly string[]
  onDone(): void
  onCancel(): void
}

/** What follows a right password. */
export function SecondFactorForm({ methods, onDone, onCancel }: Props) {
  const t = useTexts(logInTexts)
  const follow = useMutation({
    mutationFn: (typed: { code?: string; recovery_code?: string }) => call('POST /session/second-factor', typed),
    onSuccess: onDone,
  })
  const passkey = useMutation({
    mutationFn: async () => call('POST /session/passkey', { response: await showPasskey() }),
    onSuccess: onDone,
  })
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    passkey.reset()
    follow.mutate(codeIn(event.currentTarget))
  }
  const [hasApp, hasRecoveryCodes] = [methods.includes('totp'), methods.includes('recovery_code')]
  return (
    <div className="flex flex-col gap-4">
      <h2 className="font-semibold">{t.secondFactor}</h2>
      {methods.includes('passkey') && canUsePasskeys() && (
        <Button kind={hasApp ? 'plain' : 'primary'} disabled={passkey.isPending} onClick={() => passkey.mutate()}>
          {t.passkey}
        </Button>
      )}
      {(hasApp || hasRecoveryCodes) && (
        <form onSubmit={submit} className="flex flex-col gap-4">
          <CodeField hasApp={hasApp} hasRecoveryCodes={hasRecoveryCodes} error={follow.error} />
          <Button type="submit" kind="primary" disabled={follow.isPending}>
            {follow.isPending ? t.busy : t.submit}
          </Button>
        </form>
      )}
      <ErrorBox error={follow.error ?? passkey.error} />
      <div>
        <Button kind="quiet" onClick={onCancel}>
          {t.startOver}
        </Button>
      </div>
    </div>
  )
}
