/** A text in single quotes, as a POSIX shell takes it. */
export const shellQuoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`

/** A word for a shell, quoted only if it needs to be. */
export const shellWord = (text: string) => (/^[\w@%+=:,./-]+$/.test(text) ? text : shellQuoted(text))
