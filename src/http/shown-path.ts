const segmentsMax = 6
const word = /^(?:[a-z][a-z._-]{0,23}|v\d)$/

/** A path that no route takes, as the log may name it: up to the first part that could be a key, and no further. */
export function shownPath(path: string): string {
  const segments = path.split('/').slice(1)
  const hidden = segments.findIndex((segment, i) => i === segmentsMax || (segment !== '' && !word.test(segment)))
  return hidden < 0 ? path : `/${[...segments.slice(0, hidden), '…'].join('/')}`
}
