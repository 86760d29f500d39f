import { useMutation } from '@tanstack/react-query'
import { call } from '../api/client'
import { canUsePasskeys, showPasskey } from '../api/passkeys'
import { useTexts } from '../i18n/texts'
import { Button } from '../parts/button'
import { ErrorBox } from '../parts/error-box'
import { leaveForProvider, openProvider, useProvider } from './sso'
import { logInTexts } from './texts'

/** Log-in without a password. Over a page that must stay, the provider opens in another tab. */
export function OtherWays({ isOverPage = false, onDone }: { isOverPage?: boolean | undefined; onDone(): void }) {
  const t = useTexts(logInTexts)
  const provider = useProvider()
  const passkey = useMutation({
    mutationFn: async () => call('POST /session/passkey', { response: await showPasskey() }),
    onSuccess: onDone,
  })
  const leave = useMutation({ mutationFn: isOverPage ? openProvider : leaveForProvider })
  if (!provider && !canUsePasskeys()) return null
  return (
    <div className="flex flex-col gap-3">
      <p className="text-center text-sm text-muted">{t.or}</p>
      {canUsePasskeys() && (
        <Button className="justify-center" disabled={passkey.isPending} onClick={() => passkey.mutate()}>
          {t.passkey}
        </Button>
      )}
      {provider && (
        <Button className="justify-center wrap-anywhere" disabled={leave.isPending} onClick={() => leave.mutate()}>
          {t.sso(provider.name)}
        </Button>
      )}
      {isOverPage && leave.isSuccess && (
        <>
          <p role="status">{t.ssoElsewhere}</p>
          <Button kind="primary" className="justify-center" onClick={onDone}>
            {t.isLoggedIn}
          </Button>
        </>
      )}
      <ErrorBox error={passkey.error ?? leave.error} />
    </div>
  )
}
