import { Menu } from '@base-ui/react/menu'
import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { CircleUser } from 'lucide-react'
import { call } from '../api/client'
import { queryClient } from '../api/hooks'
import { useSession } from '../api/session'
import { type Language, languages, useLanguage } from '../i18n/language'
import { useTexts } from '../i18n/texts'
import { buttonClass } from '../parts/button'
import { useChangePreferences, usePreferences } from '../preferences/preferences'
import { currentTheme, type Theme, themes } from '../theme'
import { shellTexts } from './texts'

const itemClass = 'flex cursor-default items-center gap-2 rounded px-2 py-1.5 data-highlighted:bg-selected'
const languageNames: Record<Language, string> = { en: 'English', de: 'Deutsch' }

/** The user: language, colours, log-out. */
export function AccountMenu({ openHelp }: { openHelp(): void }) {
  const t = useTexts(shellTexts)
  const session = useSession().data
  const language = useLanguage()
  const theme = usePreferences().data?.theme ?? currentTheme()
  const change = useChangePreferences()
  const logOut = useMutation({
    mutationFn: () => call('DELETE /session', {}),
    onSuccess: () => queryClient.resetQueries(),
  })
  return (
    <Menu.Root>
      <Menu.Trigger className={buttonClass()}>
        <CircleUser aria-hidden size={18} />
        <span className="sr-only">{t.account}</span>
        <span className="max-sm:sr-only">{session?.user}</span>
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner className="z-50" sideOffset={4} align="end">
          <Menu.Popup className="rounded-md border border-line bg-card p-1 text-sm text-text shadow-lg">
            <Menu.LinkItem className={itemClass} render={<Link to={'/profile' as never} />} closeOnClick>
              {t.profile}
            </Menu.LinkItem>
            <Menu.Group>
              <Menu.GroupLabel className="px-2 text-muted">{t.language}</Menu.GroupLabel>
              <Menu.RadioGroup
                value={language}
                onValueChange={(chosen: Language) => change.mutate({ language: chosen })}
              >
                {languages.map((each) => (
                  <Menu.RadioItem key={each} value={each} className={itemClass}>
                    <Menu.RadioItemIndicator>✓</Menu.RadioItemIndicator>
                    {languageNames[each]}
                  </Menu.RadioItem>
                ))}
              </Menu.RadioGroup>
            </Menu.Group>
            <Menu.Group>
              <Menu.GroupLabel className="px-2 text-muted">{t.theme}</Menu.GroupLabel>
              <Menu.RadioGroup value={theme} onValueChange={(chosen: Theme) => change.mutate({ theme: chosen })}>
                {themes.map((each) => (
                  <Menu.RadioItem key={each} value={each} className={itemClass}>
                    <Menu.RadioItemIndicator>✓</Menu.RadioItemIndicator>
                    {t[each]}
                  </Menu.RadioItem>
                ))}
              </Menu.RadioGroup>
            </Menu.Group>
            <Menu.Item className={itemClass} onClick={openHelp}>
              {t.keys}
            </Menu.Item>
            <Menu.Item className={itemClass} onClick={() => logOut.mutate()}>
              {t.logOut}
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  )
}
