/** Writes a character that stands for nothing in a string of the language, by its code point. */
export type Escape = (codePoint: number) => string

/** What stands for itself in a string of every language. */
const plain = /[A-Za-z0-9 _.,:;/+=()[\]{}!*~^|@&-]/

/**
 * A text as the inside of a string literal: plain ASCII alone, so that no text can end the string, be interpolated or be
 * taken for anything else, whatever it contains.
 */
export const inLiteral = (text: string, escaped: Escape) =>
  [...text.toWellFormed()]
    .map((character) => (plain.test(character) ? character : escaped(character.codePointAt(0)!)))
    .join('')

const hex = (codePoint: number, digits: number) => codePoint.toString(16).padStart(digits, '0')

/** `\u{1f600}`, in JavaScript, PHP and Ruby. */
export const bracedEscape: Escape = (codePoint) => `\\u{${hex(codePoint, 1)}}`

/** `\U0001f600`, in Python, Go and C#. */
export const longEscape: Escape = (codePoint) => `\\U${hex(codePoint, 8)}`

/**
 * `\042`, or `\ud83d\ude00` from 256 on, in Java: its compiler reads `\u` before it looks for the end of a string, so a
 * quotation mark may not be written that way.
 */
export const javaEscape: Escape = (codePoint) =>
  codePoint < 256
    ? `\\${codePoint.toString(8).padStart(3, '0')}`
    : String.fromCodePoint(codePoint)
        .split('')
        .map((unit) => `\\u${hex(unit.charCodeAt(0), 4)}`)
        .join('')

/** `\303\251`, the bytes of UTF-8 in C, where a NUL would end the string: U+FFFD stands for it. */
export const bytesEscape: Escape = (codePoint) =>
  [...Buffer.from(String.fromCodePoint(codePoint || 0xfffd))]
    .map((byte) => `\\${byte.toString(8).padStart(3, '0')}`)
    .join('')
