const segmentsMax = 6
const word = /^(?:[a-z][a-z._-]{0,23}|v\d)$/

/** The part of an unknown path that may be logged: up to the first segment that could be a key. */
export function shownPath(path: string): string {
  const segments = path.split('/').slice(1)
  const hidden = segments.findIndex((segment, i) => i === segmentsMax || (segment !== '' && !word.test(segment)))
  return hidden < 0 ? path : `/${[...segments.slice(0, hidden), '…'].join('/')}`
}
