import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { type Answer, call, type Input } from '../api/client'
import { useAsk } from '../api/hooks'
import { followBrowser, setLanguage } from '../i18n/language'
import { setSingleKeys } from '../shell/shortcuts'
import { setTheme } from '../theme'

export type Preferences = Answer<'GET /session/preferences'>

/** The preferences of the user. */
export const usePreferences = () => useAsk('GET /session/preferences', {})

/** Changes preferences of the user; they show at once. */
export function useChangePreferences() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (input: Input<'PUT /session/preferences'>) => call('PUT /session/preferences', input),
    onSuccess: (preferences) => {
      apply(preferences)
      client.setQueryData(['GET /session/preferences', {}], preferences)
    },
  })
}

/** Shows the console as the user prefers it, once their preferences are known. */
export function useAppliedPreferences() {
  const { data } = usePreferences()
  useEffect(() => {
    if (data) apply(data)
  }, [data])
}

function apply({ language, theme, shortcuts }: Preferences) {
  if (language === 'auto') followBrowser()
  else setLanguage(language)
  setTheme(theme)
  setSingleKeys(shortcuts)
}
