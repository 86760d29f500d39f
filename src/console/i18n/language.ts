import { useSyncExternalStore } from 'react'

export const languages = ['en', 'de'] as const
export type Language = (typeof languages)[number]

const storageKey = 'latchkey.language'
const listeners = new Set<() => void>()

const isLanguage = (word: string | null): word is Language => languages.some((each) => each === word)

function initialLanguage(): Language {
  const stored = localStorage.getItem(storageKey)
  if (isLanguage(stored)) return stored
  return navigator.languages.map((each) => each.slice(0, 2)).find(isLanguage) ?? 'en'
}

let current = initialLanguage()
document.documentElement.lang = current

/** The language of the console: the chosen one, else the browser's, else English. */
export const currentLanguage = () => current

export function setLanguage(language: Language) {
  localStorage.setItem(storageKey, language)
  show(language)
}

/** Forgets a chosen language and follows the browser. */
export function followBrowser() {
  localStorage.removeItem(storageKey)
  show(initialLanguage())
}

function show(language: Language) {
  if (language === current) return
  current = language
  document.documentElement.lang = language
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void) {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const useLanguage = () => useSyncExternalStore(subscribe, currentLanguage)
