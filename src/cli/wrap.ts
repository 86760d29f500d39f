const narrowIndent = '  '

/**
 * Wraps a line of text to a width, between words. A longer word gets a line of its own. Further lines are indented to
 * the text of the first: after the name of a fact, a tick, or a space.
 */
export function wrapped(line: string, columns = Number.POSITIVE_INFINITY): string[] {
  if (Bun.stringWidth(line) <= columns) return [line]
  const indent = indentOf(line, columns)
  const lines: string[] = []
  let current = line.slice(0, line.search(/\S|$/))
  let isEmpty = true
  for (const word of line.trim().split(/(?<=\S) (?=\S)/)) {
    const longer = isEmpty ? `${current}${word}` : `${current} ${word}`
    if (isEmpty || Bun.stringWidth(longer) <= columns) current = longer
    else {
      lines.push(current)
      current = `${Bun.stringWidth(indent + word) > columns ? narrowIndent : indent}${word}`
    }
    isEmpty = false
  }
  return [...lines, current]
}

function indentOf(line: string, columns: number) {
  const start = /^\s+|^\S.*?\s{2,}|^[✓✗→–·] /.exec(line)?.[0] ?? ''
  const width = Bun.stringWidth(start)
  return width > columns / 2 ? narrowIndent : ' '.repeat(width)
}
