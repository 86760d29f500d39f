import { useTexts } from '../i18n/texts'
import { Button } from '../parts/button'
import { ErrorBox } from '../parts/error-box'
import { CheckboxField, SelectField } from '../parts/field'
import { Answered } from '../parts/loading'
import { Card } from '../parts/page'
import { type Preferences, useChangePreferences, usePreferences } from './preferences'
import { preferenceTexts } from './texts'

/** Language, colours and shortcuts of the user, each saved as it is chosen. */
export function PreferencesCard() {
  const t = useTexts(preferenceTexts)
  const query = usePreferences()
  const change = useChangePreferences()
  return (
    <Card title={t.title}>
      <p className="text-muted">{t.note}</p>
      <Answered query={query}>
        {({ language, theme, shortcuts, columns }) => (
          <div className="flex max-w-md flex-col gap-4">
            <SelectField
              label={t.language}
              value={language}
              onChange={(event) => change.mutate({ language: event.target.value as Preferences['language'] })}
              choices={[
                { value: 'auto', label: t.browser },
                { value: 'en', label: 'English' },
                { value: 'de', label: 'Deutsch' },
              ]}
            />
            <SelectField
              label={t.theme}
              value={theme}
              onChange={(event) => change.mutate({ theme: event.target.value as Preferences['theme'] })}
              choices={[
                { value: 'system', label: t.system },
                { value: 'light', label: t.light },
                { value: 'dark', label: t.dark },
              ]}
            />
            <CheckboxField
              label={t.shortcuts}
              description={t.shortcutsNote}
              checked={shortcuts}
              onChange={(event) => change.mutate({ shortcuts: event.target.checked })}
            />
            {Object.keys(columns).length > 0 && (
              <div>
                <Button onClick={() => change.mutate({ columns: '{}' })}>{t.usualColumns}</Button>
              </div>
            )}
            <ErrorBox error={change.error} />
          </div>
        )}
      </Answered>
    </Card>
  )
}
