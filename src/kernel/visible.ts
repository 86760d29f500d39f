// Variation selectors only choose how the character before them looks.
const unseen =
  /(?![\ufe00-\ufe0f\u{e0100}-\u{e01ef}])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu

/**
 * Text that somebody else has written, safe to print: control characters, those that turn the direction of writing and
 * those without a width stand as their escapes, such as `\u202e`.
 */
export const visible = (text: string) => text.replace(unseen, escaped)

/** Escapes JSON so that it stays the same document; its line ends stay too. */
export const visibleJson = (json: string) =>
  json.replace(unseen, (character) => (character === '\n' ? character : unitsOf(character)))

function escaped(character: string) {
  const code = character.codePointAt(0)!
  if (code > 0xffff) return `\\u{${code.toString(16)}}`
  return named[character] ?? `\\u${hex(code)}`
}

const named: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** JSON knows escapes of UTF-16 units alone. */
const unitsOf = (character: string) =>
  Array.from({ length: character.length }, (_, i) => `\\u${hex(character.charCodeAt(i))}`).join('')

const hex = (code: number) => code.toString(16).padStart(4, '0')
