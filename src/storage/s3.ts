import { S3Client } from 'bun'
import type { Config } from '../config'
import { UnavailableError } from '../kernel/unavailable'
import { bucketFailure, foreignToken } from './failure'
import type { FileStorage, StoredFile } from './storage'

const presignedSeconds = 300
const defaultPatienceMs = 20_000

type BucketConfig = Pick<Config, 'files_endpoint' | 'files_region' | 'files_access_key' | 'files_secret_key'>

/** A bucket of S3-compatible storage. Gives up on a storage that says nothing for as long as its patience. */
export function openBucket(url: string, config: BucketConfig, patienceMs = defaultPatienceMs): FileStorage {
  const [bucket = '', ...folders] = url.slice('s3://'.length).split('/')
  const prefix = folders.map((each) => `${each}/`).join('')
  const { files_region: region, files_access_key: accessKeyId, files_secret_key: secretAccessKey } = config
  const endpoint = config.files_endpoint || `https://s3.${region}.amazonaws.com`
  const client = new S3Client({ bucket, endpoint, region, accessKeyId, secretAccessKey })
  // Bun takes it from the variables of the process, and lets nothing override it with none.
  if (client.presign(`${prefix}x`).includes('X-Amz-Security-Token=')) throw foreignToken(url)
  const failed = (error: unknown) => bucketFailure(`${url} at ${endpoint}`, error)

  async function patiently<Value>(work: Promise<Value>, abort?: AbortController): Promise<Value> {
    let timer: Timer | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(failed({ code: `silent for ${patienceMs / 1000} s` }))
        abort?.abort()
      }, patienceMs)
    })
    try {
      return await Promise.race([work, late])
    } catch (error) {
      throw error instanceof UnavailableError ? error : failed(error)
    } finally {
      clearTimeout(timer)
    }
  }

  /** The client hides the status of an answer, and sends a `HEAD` without one. */
  async function ask(method: 'GET' | 'HEAD', hash: string, abort: AbortController, headers = {}) {
    const address = client.file(prefix + hash).presign({ method, expiresIn: presignedSeconds })
    const init = { method, headers, signal: abort.signal, redirect: 'manual', decompress: false } as const
    return patiently(fetch(address, init), abort)
  }

  async function* received(response: Response, length: number, abort: AbortController) {
    let left = length
    const reader = response.body!.getReader()
    try {
      for (;;) {
        const { done, value } = await patiently(reader.read(), abort)
        if (done) break
        left -= value.length
        if (left < 0) break
        yield value
      }
    } finally {
      abort.abort()
    }
    if (left) throw failed({ code: left > 0 ? `${left} bytes too few` : 'too many bytes' })
  }

  async function sizeOf(hash: string) {
    const response = await ask('HEAD', hash, new AbortController())
    if (response.status === 404) return undefined
    if (!response.ok) throw failed({ status: response.status })
    return Number(response.headers.get('content-length'))
  }

  return {
    place: url,
    isLocal: false,
    sizeOf,
    async read(hash, start, end) {
      if (start >= end) return new Blob([])
      const abort = new AbortController()
      const response = await ask('GET', hash, abort, { range: `bytes=${start}-${end - 1}` })
      const isTheRange = response.status === 206 || (response.status === 200 && start === 0)
      if (isTheRange) return received(response, end - start, abort)
      const text = await patiently(response.text(), abort)
      throw failed({ status: response.status, code: /<Code>(\w+)<\/Code>/.exec(text)?.[1] })
    },
    async put(path, { hash, size }) {
      try {
        await client.file(prefix + hash).write(Bun.file(path))
      } catch (error) {
        throw failed(error)
      }
      const stored = await sizeOf(hash)
      if (stored !== size) throw failed({ code: `it stored ${stored ?? 'none'} of ${size} bytes` })
    },
    async list() {
      const files: StoredFile[] = []
      let continuationToken: string | undefined
      do {
        const page = await patiently(client.list({ prefix, ...(continuationToken && { continuationToken }) }))
        for (const { key, size = 0 } of page.contents ?? []) files.push({ name: key.slice(prefix.length), size })
        continuationToken = page.isTruncated ? page.nextContinuationToken : undefined
      } while (continuationToken)
      return files
    },
    async remove(hash) {
      await patiently(client.file(prefix + hash).delete())
    },
  }
}
