import { queryClient } from '../api/hooks'
import { useTexts } from '../i18n/texts'
import { Page } from '../parts/page'
import { LogInForm } from './log-in-form'
import { logInTexts } from './texts'

/** What a browser without a session sees, whatever its address; the address stays. */
export function LogInPage() {
  const t = useTexts(logInTexts)
  return (
    <main className="mx-auto max-w-sm p-4 pt-[10dvh]">
      <Page title={t.title}>
        <LogInForm onDone={() => queryClient.invalidateQueries()} />
      </Page>
    </main>
  )
}
