import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { FormEvent } from 'react'
import { call, type Input } from '../api/client'
import { fieldErrorOf } from '../api/errors'
import { canUsePasskeys, showPasskey } from '../api/passkeys'
import { type ProofMethod, proofGivenUp, proven, useProofRequired } from '../api/proof'
import { useTexts } from '../i18n/texts'
import { Button } from '../parts/button'
import { Dialog } from '../parts/dialog'
import { ErrorBox } from '../parts/error-box'
import { TextField } from '../parts/field'
import { CodeField, codeIn } from './code-field'
import { openProvider } from './sso'
import { logInTexts } from './texts'

/** Asks who the user is before a request that the server refused for want of proof; the request then goes on. */
export function ProofDialog() {
  const t = useTexts(logInTexts)
  const refusal = useProofRequired()
  if (!refusal) return null
  return (
    <Dialog title={t.proofTitle} isOpen onClose={proofGivenUp}>
      <p>{t.proofNote}</p>
      <ProofForm methods={refusal.proofMethods} />
    </Dialog>
  )
}

function ProofForm({ methods }: { methods: readonly ProofMethod[] }) {
  const t = useTexts(logInTexts)
  const client = useQueryClient()
  const done = async () => {
    proven()
    await client.invalidateQueries({ queryKey: ['GET /session'] })
  }
  const prove = useMutation({
    mutationFn: (proof: Input<'POST /session/proof'>) => call('POST /session/proof', proof),
    onSuccess: done,
  })
  const passkey = useMutation({
    mutationFn: async () => call('POST /session/proof', { passkey: await showPasskey() }),
    onSuccess: done,
  })
  const provider = useMutation({ mutationFn: openProvider })
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    event.stopPropagation()
    const password = new FormData(event.currentTarget).get('password')
    prove.mutate(password === null ? codeIn(event.currentTarget) : { password: String(password) })
  }
  const has = (method: ProofMethod) => methods.includes(method)
  const hasForm = has('password') || has('totp') || has('recovery_code')
  return (
    <div className="flex flex-col gap-4">
      {hasForm && (
        <form onSubmit={submit} className="flex flex-col gap-4">
          {has('password') ? (
            <TextField
              label={t.password}
              name="password"
              type="password"
              autoComplete="current-password"
              required
              autoFocus
              error={fieldErrorOf(prove.error, 'password')}
            />
          ) : (
            <CodeField hasApp={has('totp')} hasRecoveryCodes={has('recovery_code')} error={prove.error} />
          )}
          <div>
            <Button type="submit" kind="primary" disabled={prove.isPending}>
              {prove.isPending ? t.busy : t.prove}
            </Button>
          </div>
        </form>
      )}
      <div className="flex flex-wrap gap-2">
        {has('passkey') && canUsePasskeys() && (
          <Button disabled={passkey.isPending} onClick={() => passkey.mutate()}>
            {t.passkey}
          </Button>
        )}
        {has('sso') && <Button onClick={() => provider.mutate()}>{t.proofBySso}</Button>}
      </div>
      {provider.isSuccess && (
        <>
          <p role="status">{t.ssoElsewhere}</p>
          <div>
            <Button kind="primary" onClick={done}>
              {t.isLoggedIn}
            </Button>
          </div>
        </>
      )}
      {!methods.length && <p>{t.proofImpossible}</p>}
      <ErrorBox error={prove.error ?? passkey.error ?? provider.error} />
    </div>
  )
}
