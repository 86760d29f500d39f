import type { Upload } from '../../features/downloads/files'
import { Sorry } from '../../kernel/sorry'

/** The field of the query that names the file which is the body. */
export const fileField = 'file'

/** The file that is a request's body, read piece by piece when it is wanted. A name or body that lacks is a `Sorry`. */
export function uploadIn({ url, headers, body }: Request): Upload {
  // Some clients name the whole path, as it is written on their system.
  const name = new URL(url).searchParams.get(fileField)?.split(/[/\\]/).at(-1)
  if (!name) throw new Sorry(`name the file in the query: ?${fileField}=plugin.zip`, 'usage')
  if (!body) throw new Sorry('send the file as the body of the request', 'usage')
  const length = headers.get('content-length')
  return {
    name,
    size: length === null ? undefined : Number(length),
    async *pieces() {
      try {
        yield* body as AsyncIterable<Uint8Array>
      } catch {
        throw new Sorry(`${name} broke off on its way: send it again`)
      }
    },
  }
}
