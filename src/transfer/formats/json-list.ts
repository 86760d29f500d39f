import { OperatorError } from '../../kernel/operator-error'
import { type JsonLine, jsonLines, lineLengthMax, objectOf } from './json-lines'

const mebibyte = 1024 * 1024
/** The maximum size of an object around a list, which is read whole before its list is found. */
const objectLengthMax = 64 * mebibyte

interface Reading {
  path: string
  /** Whether an object is a record itself, not a wrapper around a list of records. */
  isRecord(value: Record<string, unknown>): boolean
  /** Called with the name of the list if an object wraps it. */
  onWrapped?: ((name: string) => void) | undefined
}

/** The objects of a JSON document: of a list, or of the only list in an object; or JSON Lines under another name. */
export async function* jsonDocument(chunks: AsyncIterable<string>, reading: Reading): AsyncGenerator<JsonLine> {
  const { path } = reading
  const pieces = chunks[Symbol.asyncIterator]()
  let text = ''
  for (;;) {
    const { value, done } = await pieces.next()
    text += value ?? ''
    const start = text.trimStart()[0]
    if (start === '[') return yield* elementsOf(rest(text, pieces), { path, from: text.indexOf('[') })
    if (done) break
    if ((start !== undefined && start !== '{') || text.length > objectLengthMax) {
      return yield* jsonLines(rest(text, pieces), path)
    }
  }
  yield* ofObject(text, reading)
}

async function* ofObject(text: string, { path, isRecord, onWrapped }: Reading): AsyncGenerator<JsonLine> {
  const value = objectOf(text)
  if (!value) return yield* jsonLines(just(text), path)
  const lists = Object.entries(value).filter(([, held]) => Array.isArray(held))
  const ofObjects = lists.filter(([, held]) => (held as unknown[]).some((item) => typeof item === 'object'))
  const meant = ofObjects.length ? ofObjects : lists
  if (isRecord(value) || !meant.length) return yield { line: lineAt(text, text.indexOf('{')), text, value }
  if (meant.length > 1) {
    const names = meant.map(([name]) => `"${name}"`).join(', ')
    throw new OperatorError(
      `${path} holds several lists, ${names}: write each into a file of its own, named after its table`,
    )
  }
  const [name, list] = meant[0]!
  onWrapped?.(name)
  const place = lists.findIndex(([, held]) => held === list)
  yield* elementsOf(just(text), { path, from: startOfList(text, place) })
}

async function* just(text: string) {
  yield text
}

async function* rest(text: string, pieces: AsyncIterator<string>) {
  yield text
  for (let next = await pieces.next(); !next.done; next = await pieces.next()) yield next.value
}

const lineAt = (text: string, at: number) => text.slice(0, at).split('\n').length

/** The offset of the list with that number among the object's direct lists. */
function startOfList(text: string, place: number): number {
  let found = -1
  const walker = openWalker()
  for (let at = 0; at < text.length; at++) {
    const depth = walker.depth()
    if (walker.step(text.charCodeAt(at)) && depth === 1 && text[at] === '[' && ++found === place) return at
  }
  throw new Error('a list that was parsed is not in its text')
}

/**
 * The elements of the list that begins there, each with its line. Throws an `OperatorError` if the list is not closed.
 */
async function* elementsOf(
  chunks: AsyncIterable<string>,
  { path, from }: { path: string; from: number },
): AsyncGenerator<JsonLine> {
  const walker = openWalker()
  let skip = from + 1
  let line = 1
  let startLine = 0
  let element = ''
  for await (const chunk of chunks) {
    let start = skip
    for (let at = 0; at < skip; at++) if (chunk.charCodeAt(at) === newline) line++
    for (let at = skip; at < chunk.length; at++) {
      const code = chunk.charCodeAt(at)
      if (code === newline) line++
      const isEnd = walker.depth() === 0 && !walker.isQuoted() && (code === comma || code === closingList)
      if (!isEnd) {
        if (!startLine && code > 0x20) startLine = line
        walker.step(code)
        continue
      }
      const text = (element + chunk.slice(start, at)).trim()
      if (text !== '') yield { line: startLine, text, value: objectOf(text) }
      if (code === closingList) return
      element = ''
      startLine = 0
      start = at + 1
    }
    element += chunk.slice(start)
    skip = 0
    if (element.length > lineLengthMax) {
      throw new OperatorError(
        `the entry that begins in line ${startLine || line} of ${path} is longer than ${lineLengthMax / mebibyte} MiB: mind its quotes and brackets`,
      )
    }
  }
  throw new OperatorError(`the list in ${path} is not closed, it breaks off in line ${line}: get the whole file`)
}

const [newline, comma, closingList, quote, backslash] = [0x0a, 0x2c, 0x5d, 0x22, 0x5c]

/** Tracks the strings and brackets of JSON, a character at a time. */
function openWalker() {
  let depth = 0
  let isQuoted = false
  let isEscaped = false
  return {
    depth: () => depth,
    isQuoted: () => isQuoted,
    /** Takes one more character; returns whether it is outside a string. */
    step(code: number): boolean {
      if (isQuoted) {
        if (isEscaped) isEscaped = false
        else if (code === backslash) isEscaped = true
        else if (code === quote) isQuoted = false
        return false
      }
      if (code === quote) isQuoted = true
      else if (code === 0x7b || code === 0x5b) depth++
      else if (code === 0x7d || code === closingList) depth--
      return true
    },
  }
}
