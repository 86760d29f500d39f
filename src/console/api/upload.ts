import { basePath } from './base-path'
import { type Answer, fillPath, type Input, type Route } from './client'
import { errorFrom, Unreachable } from './errors'
import { requireLogIn } from './session-end'

interface UploadOptions {
  file: File
  /** Called with the part that was sent, from 0 to 1. */
  onProgress(part: number): void
  signal: AbortSignal
}

/**
 * Calls an operation that takes a file, and tells how far it is; `call` cannot. Throws as `call` does. An upload that
 * broke off is not repeated by itself.
 */
export async function upload<R extends Route>(route: R, input: Input<R>, options: UploadOptions): Promise<Answer<R>> {
  const response = await sent(route, input as Record<string, unknown>, options)
  if (response.ok) return (await response.json()) as Answer<R>
  const error = await errorFrom(response)
  if (error.status !== 401) throw error
  await requireLogIn()
  return upload(route, input, options)
}

function sent(route: string, input: Record<string, unknown>, { file, onProgress, signal }: UploadOptions) {
  const [method, path] = route.split(' ') as [string, string]
  const { filled, rest } = fillPath(path, input)
  const fields = Object.entries({ ...rest, file: file.name }).map(([name, value]) => [name, String(value)])
  return new Promise<Response>((resolve, reject) => {
    const request = new XMLHttpRequest()
    const cancel = () => request.abort()
    signal.addEventListener('abort', cancel, { once: true })
    request.upload.addEventListener('progress', ({ loaded, total }) => onProgress(total ? loaded / total : 0))
    request.addEventListener('load', () => resolve(responseOf(request)))
    request.addEventListener('error', () => reject(new Unreachable()))
    request.addEventListener('abort', () => reject(signal.reason))
    request.addEventListener('loadend', () => signal.removeEventListener('abort', cancel))
    request.open(method, `${basePath}/admin/api${filled}?${new URLSearchParams(fields)}`)
    request.setRequestHeader('accept', 'application/json')
    request.setRequestHeader('content-type', 'application/octet-stream')
    request.send(file)
  })
}

function responseOf(request: XMLHttpRequest): Response {
  const headers = ['x-request-id', 'retry-after'].flatMap((name) => {
    const value = request.getResponseHeader(name)
    return value === null ? [] : [[name, value] as [string, string]]
  })
  return new Response(request.responseText, { status: request.status, statusText: request.statusText, headers })
}
