/** The closest of `words`, or undefined if none is close enough to be meant. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  const ranked = words
    .map((each) => ({ each, edits: editsBetween(word.toLowerCase(), each.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits)
  const best = ranked[0]
  return best && best.edits <= Math.max(2, Math.floor(word.length / 3)) ? best.each : undefined
}

/** The edit distance: how many letters to insert, delete or replace to turn one word into the other. */
function editsBetween(from: string, to: string): number {
  let before = Array.from({ length: to.length + 1 }, (_, i) => i)
  for (let i = 1; i <= from.length; i++) {
    const row = [i]
    for (let j = 1; j <= to.length; j++) {
      const replaced = before[j - 1]! + Number(from[i - 1] !== to[j - 1])
      row.push(Math.min(replaced, before[j]! + 1, row[j - 1]! + 1))
    }
    before = row
  }
  return before[to.length]!
}
