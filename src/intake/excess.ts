/** The maximum nesting depth of a JSON body. */
export const depthMax = 64
/** The maximum number of values in a body: parsing time grows with their number. */
export const valuesMax = 65_536
const quote = 34
const backslash = 92
const comma = 44

/** The limit that a JSON text exceeds. Counted before parsing, in one pass that stops at the limit. */
export function excessIn(text: string): 'depth' | 'values' | undefined {
  // Too short to exceed either limit.
  if (text.length <= depthMax) return undefined
  let depth = 0
  let values = 1
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at)
    if (character === quote) at = endOfString(text, at)
    else if (character === comma) {
      if (++values > valuesMax) return 'values'
    } else if (isOpening(character)) {
      if (++depth > depthMax) return 'depth'
    } else if (isClosing(character)) depth--
  }
  return undefined
}

const isOpening = (character: number) => character === 0x5b || character === 0x7b
const isClosing = (character: number) => character === 0x5d || character === 0x7d

/** The end of the string that starts there; the end of the text if it is unterminated. */
function endOfString(text: string, start: number) {
  let end = text.indexOf('"', start + 1)
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1)
  return end === -1 ? text.length : end
}

/** Whether an odd number of backslashes precedes it. */
function isEscaped(text: string, at: number) {
  let before = at - 1
  while (text.charCodeAt(before) === backslash) before--
  return (at - before) % 2 === 0
}

/** Whether the character occurs more than `limit` times. */
export function hasMoreThan(limit: number, character: string, text: string): boolean {
  let count = 0
  for (let at = text.indexOf(character); at !== -1; at = text.indexOf(character, at + 1)) {
    if (++count > limit) return true
  }
  return false
}
