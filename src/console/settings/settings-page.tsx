import { Link } from '@tanstack/react-router'
import type { Answer } from '../api/client'
import { useAsk } from '../api/hooks'
import { useTexts } from '../i18n/texts'
import { useAddress } from '../parts/address'
import { buttonClass } from '../parts/button'
import { TextField } from '../parts/field'
import { Answered, Empty } from '../parts/loading'
import { Card, Page } from '../parts/page'
import { SettingRow } from './setting-row'
import { settingTexts } from './texts'

export type Setting = Answer<'GET /settings'>['settings'][number]

/** Every setting by subject: its value, where it comes from, what overrides it, and a field to change it. */
export function SettingsPage() {
  const t = useTexts(settingTexts)
  const { search, change } = useAddress('text')
  const query = useAsk('GET /settings', {})
  const text = (search.text ?? '').toLowerCase()
  return (
    <Page title={t.title}>
      <TextField
        label={t.filter}
        type="search"
        value={search.text ?? ''}
        onChange={(event) => change({ text: event.target.value || undefined })}
      />
      <Answered query={query}>
        {({ settings }) => {
          const shown = settings.filter(({ name, doc }) => `${name} ${doc}`.toLowerCase().includes(text))
          if (!shown.length) return <Empty title={t.noMatch} />
          return [...Map.groupBy(shown, ({ subject }) => subject)].map(([subject, ofSubject]) => (
            <Card key={subject} title={t[subject]} actions={<TestLink subject={subject} />}>
              <ul className="flex flex-col">
                {ofSubject.map((setting) => (
                  <SettingRow key={setting.name} setting={setting} />
                ))}
              </ul>
            </Card>
          ))
        }}
      </Answered>
    </Page>
  )
}

/** Where the settings of a subject can be tried. */
const tests = {
  network: { to: '/backups', text: 'testNetwork' },
  webhooks: { to: '/webhooks', text: 'testWebhooks' },
  backups: { to: '/backups', text: 'testBackups' },
} as const

function TestLink({ subject }: { subject: string }) {
  const t = useTexts(settingTexts)
  if (!(subject in tests)) return null
  const { to, text } = tests[subject as keyof typeof tests]
  return (
    <Link to={to} className={buttonClass()}>
      {t[text]}
    </Link>
  )
}
