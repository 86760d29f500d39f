const yes = ['on', 'true', 'yes', '1']
const no = ['off', 'false', 'no', '0']

/** Parses a word for yes or no, in any case; undefined for any other word. */
export function yesOrNo(word: string): boolean | undefined {
  const lower = word.trim().toLowerCase()
  return yes.includes(lower) ? true : no.includes(lower) ? false : undefined
}
