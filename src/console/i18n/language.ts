import { externalStore } from '../external-store'

export const languages = ['en', 'de'] as const
export type Language = (typeof languages)[number]

const storageKey = 'latchkey.language'

const isLanguage = (word: string | null): word is Language => languages.some((each) => each === word)

function initialLanguage(): Language {
  const stored = localStorage.getItem(storageKey)
  if (isLanguage(stored)) return stored
  return navigator.languages.map((each) => each.slice(0, 2)).find(isLanguage) ?? 'en'
}

const language = externalStore(initialLanguage())
document.documentElement.lang = language.get()

/** The language of the console: the chosen one, else the browser's, else English. */
export const currentLanguage = language.get

export function setLanguage(chosen: Language) {
  localStorage.setItem(storageKey, chosen)
  show(chosen)
}

/** Forgets a chosen language and follows the browser. */
export function followBrowser() {
  localStorage.removeItem(storageKey)
  show(initialLanguage())
}

function show(next: Language) {
  document.documentElement.lang = next
  language.set(next)
}

export const useLanguage = language.use
