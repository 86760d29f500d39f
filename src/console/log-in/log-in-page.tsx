import { useState } from 'react'
import { queryClient } from '../api/hooks'
import { useTexts } from '../i18n/texts'
import { Page } from '../parts/page'
import { LogInForm } from './log-in-form'
import { returnedQuery } from './sso'
import { SsoReturn } from './sso-return'
import { logInTexts } from './texts'

/** What a browser without a session sees, whatever its address; the address stays. */
export function LogInPage() {
  const t = useTexts(logInTexts)
  const [query, setQuery] = useState(returnedQuery)
  function giveUp() {
    // The provider's answer is used up.
    history.replaceState(null, '', location.pathname)
    setQuery(undefined)
  }
  return (
    <main className="mx-auto max-w-sm p-4 pt-[10dvh]">
      <Page title={t.title}>
        {query === undefined ? (
          <LogInForm onDone={() => queryClient.invalidateQueries()} />
        ) : (
          <SsoReturn query={query} onGiveUp={giveUp} />
        )}
      </Page>
    </main>
  )
}
