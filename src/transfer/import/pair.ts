/** The two names in `theirs=ours`; undefined for any other text. */
export function pairOf(text: string): [string, string] | undefined {
  const at = text.lastIndexOf('=')
  return at < 1 ? undefined : [text.slice(0, at), text.slice(at + 1)]
}
