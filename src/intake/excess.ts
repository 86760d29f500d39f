/** The most levels a JSON body may be nested. */
export const depthMax = 64
/** The most values a body may hold: a text takes as long to read as it has values. */
export const valuesMax = 65_536
const quote = 34
const backslash = 92
const comma = 44

/** What a JSON text has too much of. It is counted before the text is parsed, in one pass that ends at the limit. */
export function excessIn(text: string): 'depth' | 'values' | undefined {
  // Shorter than the least it takes.
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

/** Where a string ends that begins there; the end of the text where it does not. */
function endOfString(text: string, start: number) {
  let end = text.indexOf('"', start + 1)
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1)
  return end === -1 ? text.length : end
}

/** Whether an odd number of backslashes stands before it. */
function isEscaped(text: string, at: number) {
  let before = at - 1
  while (text.charCodeAt(before) === backslash) before--
  return (at - before) % 2 === 0
}

/** Whether a text holds a character more often than that. */
export function hasMoreThan(limit: number, character: string, text: string): boolean {
  let count = 0
  for (let at = text.indexOf(character); at !== -1; at = text.indexOf(character, at + 1)) {
    if (++count > limit) return true
  }
  return false
}
