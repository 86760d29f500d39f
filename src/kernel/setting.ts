/** A setting of the process only: needed before the data folder is open, or while it listens. */
export const ofProcess = <T>(doc: string, fallback: string, parse: (text: string) => T) => ({
  doc,
  default: fallback,
  /** Throws the reason if the text is invalid. */
  parse,
  isStorable: false as const,
})

/** A setting that can also be stored in the database and changed while the server runs. */
export const storable = <T>(doc: string, fallback: string, parse: (text: string) => T) => ({
  ...ofProcess(doc, fallback, parse),
  isStorable: true as const,
})
