/** What one line of a file of JSON lines says, and the line it stands in. */
export interface JsonLine {
  line: number
  text: string
  /** Undefined when the text is no JSON object. */
  value: Record<string, unknown> | undefined
}

/** The objects of a file of JSON lines; empty lines are passed over. */
export async function* jsonLines(chunks: AsyncIterable<string>): AsyncGenerator<JsonLine> {
  let line = 0
  let rest = ''
  const read = (text: string): JsonLine[] => {
    line++
    const bare = line === 1 ? text.replace(/^\ufeff/, '') : text
    return bare.trim() === '' ? [] : [{ line, text: bare, value: objectOf(bare) }]
  }
  for await (const chunk of chunks) {
    const pieces = (rest + chunk).split('\n')
    rest = pieces.pop()!
    for (const piece of pieces) yield* read(piece)
  }
  yield* read(rest)
}

function objectOf(text: string): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}
