import { texts } from '../i18n/texts'

export const preferenceTexts = texts(
  {
    title: 'Preferences',
    note: 'They go with your account, in every browser.',
    language: 'Language',
    browser: 'like the browser',
    theme: 'Colours',
    system: 'like the system',
    light: 'light',
    dark: 'dark',
    shortcuts: 'Single-letter shortcuts',
    shortcutsNote: 'Switch them off if they get in the way of speech input.',
    usualColumns: 'Show the usual columns',
  },
  {
    title: 'Einstellungen der Konsole',
    note: 'Sie gehören zu Ihrem Konto, in jedem Browser.',
    language: 'Sprache',
    browser: 'wie der Browser',
    theme: 'Farben',
    system: 'wie das System',
    light: 'hell',
    dark: 'dunkel',
    shortcuts: 'Tastenkürzel aus einem Buchstaben',
    shortcutsNote: 'Schalten Sie sie aus, wenn sie der Spracheingabe in die Quere kommen.',
    usualColumns: 'Die üblichen Spalten zeigen',
  },
)
