/** A suggested operation, by its command, and the fields to give it. */
export interface Remedy {
  operation: string
  input: Readonly<Record<string, string | number | boolean>>
}
