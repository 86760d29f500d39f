/** Something an operator can do about it: an operation, and what it is given. */
export interface Remedy {
  operation: string
  input: Record<string, string | number>
}

/** Fields that stand bare on the command line of the operations that are advised. */
const bare = ['license_key', 'identifier', 'product', 'by', 'text']

/** A remedy as a command to be pasted into a shell. */
export const commandOf = ({ operation, input }: Remedy) =>
  [
    `latchkey ${operation}`,
    ...Object.entries(input).map(([name, value]) => {
      const word = quoted(String(value))
      return bare.includes(name) ? word : `--${name.replaceAll('_', '-')} ${word}`
    }),
  ].join(' ')

/** A word as a shell takes it. */
const quoted = (word: string) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)
