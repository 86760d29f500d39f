const yes = ['on', 'true', 'yes', '1']
const no = ['off', 'false', 'no', '0']

/** What a word says where it says yes or no, in upper or lower case; undefined for any other. */
export function yesOrNo(word: string): boolean | undefined {
  const lower = word.trim().toLowerCase()
  return yes.includes(lower) ? true : no.includes(lower) ? false : undefined
}
