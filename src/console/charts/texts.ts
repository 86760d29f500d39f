import { texts } from '../i18n/texts'

export const chartTexts = texts(
  {
    asTable: 'As a table',
    from: 'From',
    summary: (caption: string, series: string) => `${caption}: ${series}`,
    nothing: 'There is nothing in this time.',
    total: (label: string, number: string) => `${label} ${number}`,
  },
  {
    asTable: 'Als Tabelle',
    from: 'Ab',
    summary: (caption, series) => `${caption}: ${series}`,
    nothing: 'In dieser Zeit ist nichts vorhanden.',
    total: (label, number) => `${label} ${number}`,
  },
)
