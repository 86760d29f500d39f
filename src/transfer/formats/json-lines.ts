import { OperatorError } from '../../kernel/operator-error'

/** The object on one line of a JSON Lines file, and the line number. */
export interface JsonLine {
  line: number
  text: string
  /** Undefined if the text is not a JSON object. */
  value: Record<string, unknown> | undefined
}

const mebibyte = 1024 * 1024
/** The maximum length of a line or entry, in characters. */
export const lineLengthMax = 16 * mebibyte

/** The objects of a JSON Lines file; empty lines are skipped. Throws an `OperatorError` for a line that is too long. */
export async function* jsonLines(chunks: AsyncIterable<string>, path: string): AsyncGenerator<JsonLine> {
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
    if (rest.length > lineLengthMax) throw tooLong(line + 1, path)
  }
  yield* read(rest)
}

const tooLong = (line: number, path: string) =>
  new OperatorError(
    `line ${line} of ${path} is longer than ${lineLengthMax / mebibyte} MiB: write one JSON object a line, and no list around them`,
  )

/** The object in a text, if it is one. */
export function objectOf(text: string): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}
