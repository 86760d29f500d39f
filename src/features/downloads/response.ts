import type { FileContent } from '../../storage/storage'

/** A portion up to this size is read whole before it is answered, so that a failure can still be said. */
const wholeBytesMax = 1_048_576

/** A file to serve: its content and what describes it. */
export interface ServedFile {
  /** The bytes from `start` to before `end`. */
  read(start: number, end: number): Promise<FileContent>
  readonly size: number
  readonly hash: string
  readonly name: string
}

/** A file on this machine, to serve. */
export const servedFrom = (path: string, facts: Omit<ServedFile, 'read'>): ServedFile => ({
  ...facts,
  read: async (start, end) => Bun.file(path).slice(start, end),
})

/** The bytes a request gets; `end` is the byte after the last. */
export interface Portion {
  readonly status: 200 | 206 | 304 | 416
  readonly start: number
  readonly end: number
  /** Whether the answer only describes the file. */
  readonly isHead?: boolean
}

/** Decides what a request gets of a file, by RFC 9110: all of it, one range, or nothing because its copy is current. */
export function portionOf({ method, headers }: Request, { size, hash }: ServedFile): Portion {
  const tag = `"${hash}"`
  const whole: Portion = { status: 200, start: 0, end: size, isHead: method === 'HEAD' }
  if (namesTag(headers.get('if-none-match'), tag)) return { status: 304, start: 0, end: 0 }
  const wanted = headers.get('range')
  const isOutdated = (headers.get('if-range') ?? tag) !== tag
  if (method !== 'GET' || wanted === null || isOutdated) return whole
  return rangeOf(wanted, size) ?? whole
}

/** Counts a download once: when the whole file is sent, or a range from its first byte. */
export const isCounted = ({ method }: Request, { status, start }: Portion) =>
  method === 'GET' && (status === 200 || status === 206) && start === 0

/** Hears of a failure after the answer has begun. */
type TellFailure = (error: unknown) => void

/** The response; its body is read as fast as the client takes it. */
export async function fileResponse(file: ServedFile, portion: Portion, tell: TellFailure): Promise<Response> {
  const { status, headers, body } = await fileParts(file, portion, tell)
  return new Response(body, { status, headers })
}

/** The parts of the response; no body for a portion without bytes. */
export async function fileParts(
  file: ServedFile,
  { status, start, end, isHead }: Portion,
  tell: TellFailure = () => {},
) {
  const headers: Record<string, string> = {
    etag: `"${file.hash}"`,
    'accept-ranges': 'bytes',
    'cache-control': 'private, no-cache',
    'x-content-type-options': 'nosniff',
  }
  if (status === 416) headers['content-range'] = `bytes */${file.size}`
  if (status === 304 || status === 416) return { status, headers, body: null }
  if (status === 206) headers['content-range'] = `bytes ${start}-${end - 1}/${file.size}`
  headers['content-type'] = 'application/octet-stream'
  headers['content-length'] = String(end - start)
  headers['content-disposition'] = attachment(file.name)
  return { status, headers, body: isHead ? null : await bodyOf(await file.read(start, end), end - start, tell) }
}

async function bodyOf(content: FileContent, length: number, tell: TellFailure) {
  if (content instanceof Blob) return content
  return length <= wholeBytesMax ? new Blob(await Array.fromAsync(content)) : cutOnFailure(content, tell)
}

/**
 * A failure breaks the connection off, so that no client takes a part for the whole. The first piece is there on return:
 * a failure before it can still be answered, and a generator that has begun also ends when the client goes.
 */
async function cutOnFailure(pieces: AsyncGenerator<Uint8Array<ArrayBuffer>>, tell: TellFailure) {
  let next: IteratorResult<Uint8Array<ArrayBuffer>> | undefined = await pieces.next()
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        try {
          const { done, value } = next ?? (await pieces.next())
          next = undefined
          if (done) controller.close()
          else controller.enqueue(value)
        } catch (error) {
          tell(error)
          // The runtime prints whatever it is given here.
          controller.error(undefined)
        }
      },
      async cancel() {
        await pieces.return(undefined)
      },
    },
    { highWaterMark: 0 },
  )
}

/** Parses one byte range. Undefined for anything else, including several ranges, which get the whole file. */
function rangeOf(header: string, size: number): Portion | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/i.exec(header.replace(/[ \t]/g, '')) ?? []
  if (first === '' && last === '') return undefined
  if (first !== '' && last !== '' && BigInt(first) > BigInt(last)) return undefined
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first)
  if (start >= size) return { status: 416, start: 0, end: 0 }
  return { status: 206, start, end: first === '' || last === '' ? size : Math.min(size, Number(last) + 1) }
}

const namesTag = (header: string | null, tag: string) =>
  header?.split(',').some((part) => part.trim() === '*' || part.trim().replace(/^W\//, '') === tag) ?? false

/** RFC 6266: a plain name for old clients and the exact one; neither can break out of the header. */
function attachment(name: string) {
  const plain = name.replace(/[^\x20-\x7e]|["\\%/;]/g, '_')
  const exact = encodeURIComponent(name.toWellFormed()).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `attachment; filename="${plain}"; filename*=UTF-8''${exact}`
}
