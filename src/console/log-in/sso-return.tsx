import { useQuery } from '@tanstack/react-query'
import { call } from '../api/client'
import { useTexts } from '../i18n/texts'
import { Button } from '../parts/button'
import { ErrorBox } from '../parts/error-box'
import { goBack } from './sso'
import { logInTexts } from './texts'

/** What stands where the provider has sent the browser back to: finishes the log-in once. */
export function SsoReturn({ query, onGiveUp }: { query: string; onGiveUp(): void }) {
  const t = useTexts(logInTexts)
  const { error } = useQuery({
    queryKey: ['POST /session/sso', query],
    queryFn: async () => {
      const session = await call('POST /session/sso', { query })
      goBack()
      return session
    },
    staleTime: Number.POSITIVE_INFINITY,
  })
  if (!error) return <p role="status">{t.ssoBusy}</p>
  return (
    <>
      <ErrorBox error={error} />
      <div>
        <Button onClick={onGiveUp}>{t.startOver}</Button>
      </div>
    </>
  )
}
