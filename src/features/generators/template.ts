import type { PatternResult, Piece } from './pattern'

const digits = '0123456789'
const upper = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const lower = 'abcdefghijklmnopqrstuvwxyz'

/** The characters each placeholder letter stands for; `C` is the generator's own charset. */
const sets: Record<string, string> = {
  '9': digits,
  A: upper,
  a: lower,
  X: digits + upper,
  x: digits + lower,
  H: `${digits}ABCDEF`,
  h: `${digits}abcdef`,
}

/** The names that may follow `check:`, and the alphabet of each check character. */
const checks: Record<string, string> = { '9': digits, X: digits + upper, x: digits + lower }

/** The template language, as the command line explains it. */
export const templateHelp = `A template is what a key looks like, with placeholders for what is drawn:
PRO-{A:5}-{9:4}-{X:6}
  {9:4}      four digits
  {A:5}      five letters A-Z; {a:5} five letters a-z
  {X:6}      six of 0-9 and A-Z; {x:6} six of 0-9 and a-z
  {H:8}      eight of 0-9 and A-F; {h:8} eight of 0-9 and a-f
  {C:6}      six characters of the charset
  {check}    the check character (Luhn mod 36, 0-9 and A-Z) of the letters and
             digits before it, upper and lower case being equal; {check:x}
             writes it in lower case
  {check:9}  the check digit (Luhn mod 10) of the digits before it
A placeholder without a number stands for one character. Everything else stands
for itself.`

/** The pattern a template describes. */
export function readTemplate(template: string, charset: string): PatternResult {
  const pattern: Piece[] = []
  for (const [token, placeholder] of template.matchAll(/\{([^{}]*)\}|[^{}]+|[{}]/g)) {
    if (placeholder === undefined) {
      if (/[{}]/.test(token)) return { problem: 'the template has a brace that stands alone: write {A:5}' }
      pattern.push({ kind: 'literal', text: token })
      continue
    }
    const piece = randomPiece(placeholder, charset) ?? checkPiece(placeholder)
    if (!piece) return { problem: `{${placeholder}} is no placeholder: write {A:5}, {9:4}, {X:6} or {check}` }
    if (piece.kind === 'check' && !isCounted(pattern, piece.alphabet)) {
      return { problem: `{${placeholder}} cannot count what is drawn before it: put it behind placeholders it counts` }
    }
    pattern.push(piece)
  }
  return { pattern }
}

function randomPiece(placeholder: string, charset: string): Piece | undefined {
  const [, name, length = '1'] = /^(\w)(?::([1-9]\d{0,2}))?$/.exec(placeholder) ?? []
  const from = name === 'C' ? charset : sets[name ?? '']
  return from === undefined ? undefined : { kind: 'random', from, length: Number(length) }
}

function checkPiece(placeholder: string): Piece | undefined {
  const [, name = 'X'] = /^check(?::(\w))?$/.exec(placeholder) ?? [undefined, '']
  const alphabet = checks[name]
  return alphabet === undefined ? undefined : { kind: 'check', alphabet }
}

/** Whether any characters are drawn before the check character, all of them within its alphabet. */
function isCounted(before: readonly Piece[], alphabet: string) {
  const drawn = before.flatMap((piece) => (piece.kind === 'random' ? [...piece.from] : []))
  return drawn.length > 0 && drawn.every((character) => rankOf(character, alphabet) >= 0)
}

/** The Luhn check character of a text; characters outside the alphabet are ignored. */
export function checkCharacter(text: string, alphabet: string): string {
  const base = alphabet.length
  let sum = 0
  let isDoubled = true
  for (let i = text.length - 1; i >= 0; i--) {
    const value = rankOf(text[i]!, alphabet)
    if (value < 0) continue
    const weighed = isDoubled ? value * 2 : value
    sum += Math.floor(weighed / base) + (weighed % base)
    isDoubled = !isDoubled
  }
  return alphabet[(base - (sum % base)) % base]!
}

function rankOf(character: string, alphabet: string) {
  const value = alphabet.indexOf(character)
  if (value >= 0) return value
  const isUpper = character === character.toUpperCase()
  return alphabet.indexOf(isUpper ? character.toLowerCase() : character.toUpperCase())
}
