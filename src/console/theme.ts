export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

const storageKey = 'latchkey.theme'

/** The chosen colours; `system` follows the operating system. */
export const currentTheme = (): Theme => themes.find((each) => each === localStorage.getItem(storageKey)) ?? 'system'

export function setTheme(theme: Theme) {
  localStorage.setItem(storageKey, theme)
  applyTheme()
}

export function applyTheme() {
  const theme = currentTheme()
  if (theme === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
}
