const keptMax = 2000
const kept = new Map<string, string>()

/**
 * The text of a statement in PostgreSQL's words. Stores write one text for both databases; the few words that differ are
 * translated here: numbered parameters, lists passed as JSON, values taken out of JSON, and hints to SQLite's planner.
 */
export function translate(text: string): string {
  const known = kept.get(text)
  if (known !== undefined) return known
  const translated = numberParameters(text)
    .replace(/ indexed by "?\w+"?/g, '')
    .replace(/\bjson_each\((\$\d+)\)( as\b)?/g, (_, list, as = ' as listed') => `(${valuesOf(list)})${as}`)
    .replace(/\bjson_extract\(([\w."]+), '\$\.([\w.]+)'\)/g, (_, json, path) => `(${json}::json #>> ${pathOf(path)})`)
    .replace(
      /\bjson_array_length\(([\w."]+), '\$\.([\w.]+)'\)/g,
      (_, json, path) => `json_array_length(${json}::json #> ${pathOf(path)})`,
    )
    .replace(/\binstr\(/g, 'strpos(')
    .replace(/\bgroup_concat\(([\w."]+), /g, 'string_agg($1::text, ')
    .replace(/([\w."]+) collate nocase( [<>=]+ )(\$\d+)/g, 'lower($1)$2lower($3)')
    .replace(/([\w."]+) collate nocase/g, 'lower($1)')
    // The locale of the database would turn letters into lower case that SQLite leaves as they are.
    .replace(/\blower\((\$\d+)\)/g, 'lower($1::text collate "C")')
  if (kept.size >= keptMax) kept.clear()
  kept.set(text, translated)
  return translated
}

const valuesOf = (list: string) =>
  `select value collate "C" as value from json_array_elements_text(${list}::text::json)`

const pathOf = (path: string) => `'{${path.replaceAll('.', ',')}}'`

/** `?` and `?2` become `$1` and `$2`; question marks in quotes stay. */
function numberParameters(text: string): string {
  if (!text.includes('?')) return text
  let count = 0
  return text.replace(/'[^']*'|\?(\d*)/g, (found, number: string | undefined) => {
    if (found.startsWith("'")) return found
    return `$${number || ++count}`
  })
}
