const monthNames = 'jan|feb|m[aä]r|mrz|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz]'

/** How spreadsheets change keys that look like other values. */
const manglings: readonly { what: string; form: RegExp }[] = [
  { what: 'a number that a spreadsheet has rounded', form: /^[+-]?\d([.,]\d+)?E[+-]\d+$/i },
  { what: 'a column that was too narrow', form: /^#{3,}$/ },
  { what: 'an error of a formula', form: /^#(NAME\?|VALUE!|REF!|DIV\/0!|N\/A|NUM!|NULL!|WERT!|BEZUG!|NV|ZAHL!)$/i },
  {
    what: 'a date',
    form: new RegExp(
      [
        '^(\\d{1,2}[./-]\\d{1,2}[./-](\\d{2}|\\d{4})',
        '(19|20)\\d\\d-\\d\\d-\\d\\d([ T]00:00(:00)?)?',
        `\\d{1,2}[. -]{1,2}(${monthNames})[a-z]*\\.?([ -]\\d{2,4})?`,
        `(${monthNames})[a-z]*\\.?[ -]\\d{2,4})$`,
      ].join('|'),
      'i',
    ),
  },
]
const roundedDigits = /^\d{15}0+$/
const longNumber = /^\d{16,}$/
const linesNamed = 5

/** Detects keys of a file that a spreadsheet changed when it opened or saved them. */
export function openMangledKeys() {
  const seen = new Map<string, { lines: number[]; count: number; sample: string }>()
  let long = 0
  const remember = (what: string, sample: string, line: number) => {
    const kind = seen.get(what) ?? { lines: [], count: 0, sample }
    if (kind.count++ < linesNamed) kind.lines.push(line)
    seen.set(what, kind)
  }
  return {
    look(key: unknown, line: number) {
      if (typeof key !== 'string') return
      const text = key.trim()
      if (longNumber.test(text)) {
        long++
        if (roundedDigits.test(text)) remember(zeros, text, line)
      }
      const mangling = manglings.find(({ form }) => form.test(text))
      if (mangling) remember(mangling.what, text, line)
    },
    /** A sentence for each way in which keys seem to have been changed. */
    notes(path: string): string[] {
      // One sixteen-digit number in ten ends in a zero; after a spreadsheet has rounded them, all do.
      const rounded = seen.get(zeros)
      if (rounded && (rounded.count < long || rounded.count < 3)) seen.delete(zeros)
      return [...seen].map(([what, { lines, count, sample }]) => {
        const more = count > lines.length ? ` and ${count - lines.length} more` : ''
        const [keys, they, place] =
          count === 1 ? ['1 key looks', 'it', 'line'] : [`${count} keys look`, 'they', 'lines']
        return `${path}: ${keys} like ${what}, such as "${sample}" (${place} ${lines.join(', ')}${more}): check whether ${they} came out of a spreadsheet like that, and import the original file.`
      })
    },
  }
}

const zeros = 'numbers of which a spreadsheet keeps 15 digits'
