import { useTexts } from '../i18n/texts'
import { Page } from '../parts/page'
import { goBack, returnedQuery } from './sso'
import { SsoReturn } from './sso-return'
import { logInTexts } from './texts'

/** The way back from the provider for somebody who is logged in, as when they prove who they are. */
export function SsoBack() {
  const t = useTexts(logInTexts)
  return (
    <Page title={t.title}>
      <SsoReturn query={returnedQuery() ?? ''} onGiveUp={goBack} />
    </Page>
  )
}
