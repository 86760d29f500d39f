import { OperatorError } from '../kernel/operator-error'

/** A server's address as clients have it, without a slash at its end. Throws unless it is one. */
export function serverAddress(text: string): string {
  const url = URL.parse(text.trim())
  const isPlain = url && /^https?:$/.test(url.protocol) && !url.username && !url.password && !url.search && !url.hash
  if (!isPlain) {
    throw new OperatorError(
      `"${text}" is not the address of a server: give one such as https://licences.example.com`,
      'invalid_input',
    )
  }
  return url.href.replace(/\/+$/, '')
}
