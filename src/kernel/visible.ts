// Variation selectors only change how the preceding character looks.
const unseen =
  /(?![\ufe00-\ufe0f\u{e0100}-\u{e01ef}])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu

/** Makes foreign text safe to print: escapes control, bidirectional and zero-width characters, as `\u202e`. */
export const visible = (text: string) => text.replace(unseen, escaped)

/** Escapes JSON without changing its value; line breaks stay. */
export const visibleJson = (json: string) =>
  json.replace(unseen, (character) => (character === '\n' ? character : unitsOf(character)))

function escaped(character: string) {
  const code = character.codePointAt(0)!
  if (code > 0xffff) return `\\u{${code.toString(16)}}`
  return named[character] ?? `\\u${hex(code)}`
}

const named: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** JSON escapes UTF-16 units only. */
const unitsOf = (character: string) =>
  Array.from({ length: character.length }, (_, i) => `\\u${hex(character.charCodeAt(i))}`).join('')

const hex = (code: number) => code.toString(16).padStart(4, '0')
