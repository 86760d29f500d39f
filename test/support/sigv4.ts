import { createHash, createHmac } from 'node:crypto'

/** A request to sign by AWS Signature Version 4, for S3. */
export interface Signing {
  method: string
  /** The path and query as sent. */
  target: string
  headers: Record<string, string>
  signedHeaders: readonly string[]
  /** The SHA-256 of the body, or `UNSIGNED-PAYLOAD`. */
  payload: string
  /** `20130524T000000Z` */
  date: string
  region: string
  secret: string
}

const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()
const hash = (text: string) => createHash('sha256').update(text).digest('hex')
/** As S3 encodes it: everything but letters, digits and `-._~`. */
const encoded = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`)

/** The signature of a request, made by the published algorithm. */
export function signatureOf({
  method,
  target,
  headers,
  signedHeaders,
  payload,
  date,
  region,
  secret,
}: Signing): string {
  const { pathname, searchParams } = new URL(target, 'http://host')
  const path = pathname.split('/').map((part) => encoded(decodeURIComponent(part)))
  const query = [...searchParams]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .sort()
  const lower = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value.trim()]))
  const canonical = [
    method,
    path.join('/'),
    query.join('&'),
    ...signedHeaders.map((name) => `${name}:${lower.get(name) ?? ''}`),
    '',
    signedHeaders.join(';'),
    payload,
  ].join('\n')
  const day = date.slice(0, 8)
  const key = ['s3', 'aws4_request'].reduce(hmac, hmac(hmac(`AWS4${secret}`, day), region))
  return hmac(key, `AWS4-HMAC-SHA256\n${date}\n${day}/${region}/s3/aws4_request\n${hash(canonical)}`).toString('hex')
}

/** Whether a request, as it arrived, was signed with that key: in its headers or its address. */
export function isSigned(
  { method, target, headers }: Pick<Signing, 'method' | 'target' | 'headers'>,
  { accessKey, secret, region }: { accessKey: string; secret: string; region: string },
): boolean {
  const query = new URL(target, 'http://host').searchParams
  const isPresigned = query.has('X-Amz-Signature')
  const credential = isPresigned
    ? query.get('X-Amz-Credential')
    : /Credential=([^,\s]+)/.exec(headers.authorization ?? '')?.[1]
  const signedHeaders = isPresigned
    ? query.get('X-Amz-SignedHeaders')
    : /SignedHeaders=([^,\s]+)/.exec(headers.authorization ?? '')?.[1]
  const signature = isPresigned
    ? query.get('X-Amz-Signature')
    : /Signature=(\w+)/.exec(headers.authorization ?? '')?.[1]
  const date = (isPresigned ? query.get('X-Amz-Date') : headers['x-amz-date']) ?? ''
  if (credential !== `${accessKey}/${date.slice(0, 8)}/${region}/s3/aws4_request`) return false
  const payload = isPresigned ? 'UNSIGNED-PAYLOAD' : (headers['x-amz-content-sha256'] ?? '')
  const parts = { method, target, headers, payload, date, region, secret }
  return signature === signatureOf({ ...parts, signedHeaders: signedHeaders?.split(';') ?? [] })
}
