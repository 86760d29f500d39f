const textLengthMax = 1024

/** Dashes, plus two look-alikes outside the category of dashes: minus sign and hyphen bullet. */
const hyphens = /[\p{Pd}\u2212\u2043]/gu
const invisible = /[\p{Cf}\p{Cc}\p{Default_Ignorable_Code_Point}]/gu
const spaces = /[\s\u180e\u2800]+/gu

/**
 * The keys a pasted text may mean, apart from case: without invisible characters, with plain hyphens and spaces,
 * without spaces, and as an Envato purchase code. Empty if every form is too long for a key.
 */
export function licenseKeyForms(text: string): string[] {
  if (text.length > textLengthMax) return []
  // Some programs write a hyphen as a soft one, visible only at the end of a line.
  const drawn = [text, text.replaceAll('\u00ad', '-')].map(plain)
  const code = purchaseCodeOf(text)
  const forms = [
    text,
    ...drawn.flatMap((each) => [each, each.replaceAll(' ', '')]),
    ...(code ? [code, code.replaceAll('-', '')] : []),
  ]
  return [...new Set(forms.flatMap(cases))].filter((form) => form !== '')
}

/** A typed Envato purchase code in its stored form; undefined if the text is not one. */
export function purchaseCodeOf(text: string): string | undefined {
  const digits = text.replace(/[\s\p{Pd}\p{Cf}\u2212]/gu, '').toLowerCase()
  if (!/^[0-9a-f]{32}$/.test(digits)) return undefined
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** Spaces first: tabs and line ends are control characters too. */
const plain = (text: string) =>
  text.replace(spaces, ' ').replace(invisible, '').normalize('NFKC').replace(hyphens, '-').replace(spaces, ' ').trim()

/** The database compares only ASCII letters case-insensitively. */
const cases = (text: string) => (/^[\0-\x7f]*$/.test(text) ? [text] : [text, text.toLowerCase(), text.toUpperCase()])
