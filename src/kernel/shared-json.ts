/**
 * The value in a form that PHP and JavaScript both read and write again to the same bytes, with slashes and Unicode
 * unescaped. An object that PHP would take for a list (no keys, or 0 to n − 1) becomes one; a number they write
 * differently becomes a text; line separators and lone surrogates are replaced.
 */
export function sharedForm(value: unknown): unknown {
  // JSON first: it resolves dates, drops undefined members, and orders integer keys as every reader of it will.
  return shared(JSON.parse(JSON.stringify(value)))
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

function shared(value: Json): Json {
  if (typeof value === 'string') return sharedText(value)
  if (typeof value === 'number') return isWrittenAlike(value) ? value : String(value)
  if (value === null || typeof value === 'boolean') return value
  if (Array.isArray(value)) return value.map(shared)
  const entries = Object.entries(value)
  if (entries.every(([key], at) => key === String(at))) return entries.map(([, each]) => shared(each))
  return Object.fromEntries(entries.map(([key, each]) => [sharedText(key), shared(each)]))
}

/** PHP writes an exponent below 0.0001 and for integers beyond 64 bits, JavaScript elsewhere. */
const isWrittenAlike = (value: number) =>
  Number.isInteger(value) ? Number.isSafeInteger(value) : Math.abs(value) >= 0.0001

const sharedText = (text: string) => text.toWellFormed().replace(/[\u2028\u2029]/g, '\n')
