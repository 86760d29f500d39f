const textLengthMax = 1024

/** Dashes, and the two characters that look like one and are none by their category: minus sign and hyphen bullet. */
const hyphens = /[\p{Pd}\u2212\u2043]/gu
const invisible = /[\p{Cf}\p{Cc}\p{Default_Ignorable_Code_Point}]/gu
const spaces = /[\s\u180e\u2800]+/gu

/**
 * The keys that a pasted text may stand for, apart from their case: without what nobody sees, with plain hyphens and
 * spaces, without spaces, and as a purchase code of the Envato market. None where no key is so long.
 */
export function licenseKeyForms(text: string): string[] {
  if (text.length > textLengthMax) return []
  // Some programs write a hyphen as one that shows at the end of a line alone.
  const drawn = [text, text.replaceAll('\u00ad', '-')].map(plain)
  const code = purchaseCodeOf(text)
  const forms = [
    text,
    ...drawn.flatMap((each) => [each, each.replaceAll(' ', '')]),
    ...(code ? [code, code.replaceAll('-', '')] : []),
  ]
  return [...new Set(forms.flatMap(cases))].filter((form) => form !== '')
}

/** The purchase code a customer has typed, in the one form it is kept in; undefined where the text is none. */
export function purchaseCodeOf(text: string): string | undefined {
  const digits = text.replace(/[\s\p{Pd}\p{Cf}\u2212]/gu, '').toLowerCase()
  if (!/^[0-9a-f]{32}$/.test(digits)) return undefined
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** Spaces first: a tab and a line end are control characters too. */
const plain = (text: string) =>
  text.replace(spaces, ' ').replace(invisible, '').normalize('NFKC').replace(hyphens, '-').replace(spaces, ' ').trim()

/** The database compares the letters of ASCII in any case, and no others. */
const cases = (text: string) => (/^[\0-\x7f]*$/.test(text) ? [text] : [text, text.toLowerCase(), text.toUpperCase()])
