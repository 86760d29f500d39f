type Json = unknown

/**
 * How an answer differs from a documented one, path by path; nothing when keys, their order, types and values are
 * equal. At the `free` paths (`license_keys[].id`) only type and form must agree.
 */
export function differences(documented: Json, given: Json, free: readonly string[], path = ''): string[] {
  if (free.includes(path)) {
    return formOf(documented) === formOf(given) ? [] : [`${path}: ${formOf(given)} instead of ${formOf(documented)}`]
  }
  if (Array.isArray(documented) && Array.isArray(given)) {
    if (documented.length !== given.length) return [`${path}: ${given.length} rows instead of ${documented.length}`]
    return documented.flatMap((row, i) => differences(row, given[i], free, `${path}[]`))
  }
  if (isObject(documented) && isObject(given)) {
    const keys = Object.keys(documented).join()
    if (keys !== Object.keys(given).join()) return [`${path}: keys ${Object.keys(given).join()} instead of ${keys}`]
    return Object.keys(documented).flatMap((key) =>
      differences(documented[key], given[key], free, path ? `${path}.${key}` : key),
    )
  }
  return Object.is(documented, given)
    ? []
    : [`${path}: ${JSON.stringify(given)} instead of ${JSON.stringify(documented)}`]
}

const isObject = (value: Json): value is Record<string, Json> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const forms: [string, RegExp][] = [
  ['a date with microseconds', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/],
  ['a date and time', /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/],
  ['a uuid', /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/],
]

function formOf(value: Json): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'number') return Number.isInteger(value) ? 'a whole number' : 'a number'
  if (typeof value !== 'string') return typeof value
  return forms.find(([, form]) => form.test(value))?.[0] ?? 'text'
}
