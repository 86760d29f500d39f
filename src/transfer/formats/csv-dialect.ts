/** How a quote is escaped in a quoted cell: doubled, or with a backslash before it. */
export const quoteStyles = ['doubled', 'backslash'] as const
export type QuoteStyle = (typeof quoteStyles)[number]

/** The dialect of a CSV file, apart from its encoding. */
export interface CsvDialect {
  delimiter: string
  quotes: QuoteStyle
  newline: '\n' | '\r\n' | '\r'
  /** The line before the names that gives Excel the delimiter. */
  separatorLine?: string
}
