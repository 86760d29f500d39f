import { createHash } from 'node:crypto'
import type { Upload } from '../../features/downloads/files'
import type { Room } from '../../intake/body-budget'
import type { OpenRoom } from '../../intake/receive'
import { OperatorError } from '../../kernel/operator-error'
import { Outcome, Refusal } from '../../kernel/outcome'

/** The query field with the name of the file in the body. */
export const fileField = 'file'

const mebibyte = 1_048_576
/** A form is read whole before its file is available, so it counts towards the budget for held bodies. */
const largestForm = 16 * mebibyte

const filesOfForms = new WeakMap<Request, File>()
/** The hashes of files that were read to their end. */
const fileHashes = new WeakMap<Request, string>()

/**
 * The fields of a form with a file, which `uploadIn` then finds. Throws an `OperatorError` for a form without a file or
 * one that is too large.
 */
export async function readForm(request: Request, openRoom: OpenRoom): Promise<Record<string, string>> {
  const length = Number(request.headers.get('content-length') ?? Number.NaN)
  if (!(length <= largestForm)) {
    throw new OperatorError(
      `a form says its length and has at most ${largestForm / mebibyte} MiB: send a larger file as the body of the request, as application/octet-stream`,
      'invalid_input',
    )
  }
  const form = await formIn(request, openRoom(length))
  const parts = [...form] as [string, string | File][]
  const files = parts.flatMap(([, value]) => (typeof value === 'string' ? [] : [value]))
  if (files.length !== 1) {
    throw new OperatorError(
      `send one file in the form, such as -F ${fileField}=@keys.csv: there are ${files.length}`,
      'invalid_input',
    )
  }
  filesOfForms.set(request, files[0]!)
  return Object.fromEntries(parts.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])))
}

async function formIn(request: Request, room: Room | Outcome): Promise<Awaited<ReturnType<Request['formData']>>> {
  if (room instanceof Outcome) throw new Refusal(room)
  try {
    const form = await room.within(request.formData())
    if (form instanceof Outcome) throw new Refusal(form)
    return form
  } catch (error) {
    if (error instanceof Refusal) throw error
    throw new OperatorError(
      'the form cannot be read: send it as multipart/form-data with its boundary',
      'invalid_input',
    )
  } finally {
    room.close()
  }
}

/** The file in a request's body, read in pieces on demand. Throws an `OperatorError` if its name or body is missing. */
export function uploadIn(request: Request): Upload {
  const upload = fileIn(request)
  return {
    ...upload,
    async *pieces() {
      const digest = createHash('sha256')
      for await (const piece of upload.pieces()) {
        digest.update(piece)
        yield piece
      }
      fileHashes.set(request, digest.digest('hex'))
    },
  }
}

/** The SHA-256 of the file in a request's body, which is read for it unless it was read before. */
export async function fileHashOf(request: Request): Promise<string | undefined> {
  if (!fileHashes.has(request)) for await (const _ of uploadIn(request).pieces());
  return fileHashes.get(request)
}

function fileIn(request: Request): Upload {
  const { url, headers, body } = request
  const file = filesOfForms.get(request)
  // Some clients send the whole path, in their system's notation.
  const name = (new URL(url).searchParams.get(fileField) ?? file?.name)?.split(/[/\\]/).at(-1)
  if (!name) throw new OperatorError(`name the file in the query: ?${fileField}=plugin.zip`, 'invalid_input')
  if (file?.size) {
    return { name, size: file.size, pieces: () => file.stream() as unknown as AsyncIterable<Uint8Array> }
  }
  if (file || !body) throw new OperatorError('send the file as the body of the request', 'invalid_input')
  const length = headers.get('content-length')
  return {
    name,
    size: length === null ? undefined : Number(length),
    async *pieces() {
      try {
        yield* body as AsyncIterable<Uint8Array>
      } catch {
        throw new OperatorError(`${name} broke off on its way: send it again`)
      }
    },
  }
}
