import type { FormDescription } from '../commands/forms'
import type { NavigationItem } from './navigation'

/** An entry of the palette: where it leads, and what stands beside it. */
export interface PaletteItem {
  value: string
  label: string
  note: string
  /** The address below `/console`. */
  to: string
  search?: Readonly<Record<string, unknown>>
  /** The part of the page. */
  hash?: string
}

export interface PaletteGroup {
  value: string
  items: PaletteItem[]
}

const shownMax = 40

export const pageItem = ({ to }: NavigationItem, label: string): PaletteItem => ({
  value: `page ${to}`,
  label,
  note: '',
  to,
})

export const commandItem = ({ command, summary }: FormDescription): PaletteItem => ({
  value: `command ${command}`,
  label: command,
  note: summary,
  to: commandPath(command),
})

/** The page of an operation's form. */
export const commandPath = (command: string) => `/commands/${command.replaceAll(' ', '.')}`

/** The entries that contain every word, those whose label begins with the first one before the others. */
export function matching(items: readonly PaletteItem[], query: string): PaletteItem[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  const found = items.filter(({ label, note }) => {
    const text = `${label} ${note}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
  const isBeginning = ({ label }: PaletteItem) => (words[0] && label.toLowerCase().startsWith(words[0]) ? 0 : 1)
  return found.sort((a, b) => isBeginning(a) - isBeginning(b)).slice(0, shownMax)
}
