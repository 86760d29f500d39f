import { useTexts } from '../i18n/texts'
import { Page } from '../parts/page'
import { PreferencesCard } from './preferences-card'
import { preferenceTexts } from './texts'

export function PreferencesPage() {
  const t = useTexts(preferenceTexts)
  return (
    <Page title={t.title}>
      <PreferencesCard />
    </Page>
  )
}
