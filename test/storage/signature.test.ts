import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { readConfig } from '../../src/config'
import { openBucket } from '../../src/storage/s3'
import type { FileStorage } from '../../src/storage/storage'
import { type Bucket, openTestBucket } from '../support/bucket'
import { emptyFolder } from '../support/process'
import { isSigned, type Signing, signatureOf } from '../support/sigv4'

/** The examples of "Signature Calculations for the Authorization Header" and of query parameters, Amazon S3 API. */
const published = {
  secret: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  region: 'us-east-1',
  date: '20130524T000000Z',
}
const nothing = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
const host = 'examplebucket.s3.amazonaws.com'
const dated = { host, 'x-amz-content-sha256': nothing, 'x-amz-date': published.date }

const vectors: [string, Partial<Signing> & Pick<Signing, 'target'>, string][] = [
  [
    'an object, in part',
    { target: '/test.txt', headers: { ...dated, range: 'bytes=0-9' } },
    'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  ],
  [
    'an upload',
    {
      method: 'PUT',
      target: '/test%24file.text',
      headers: {
        ...dated,
        date: 'Fri, 24 May 2013 00:00:00 GMT',
        'x-amz-content-sha256': '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072',
        'x-amz-storage-class': 'REDUCED_REDUNDANCY',
      },
      payload: '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072',
    },
    '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
  ],
  [
    'a parameter without a value',
    { target: '/?lifecycle', headers: dated },
    'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
  ],
  [
    'a list',
    { target: '/?max-keys=2&prefix=J', headers: dated },
    '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
  ],
  [
    'a presigned address',
    {
      target: `/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=${published.date}&X-Amz-Expires=86400&X-Amz-SignedHeaders=host`,
      headers: { host },
      payload: 'UNSIGNED-PAYLOAD',
    },
    'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
  ],
]

test.each(vectors)('the algorithm of these tests gives what Amazon has published for %s', (_, signing, signature) => {
  const headers = signing.headers ?? {}
  const signedHeaders = Object.keys(headers).sort()
  expect(signatureOf({ method: 'GET', payload: nothing, ...published, ...signing, headers, signedHeaders })).toBe(
    signature,
  )
})

describe('what is asked of a storage', () => {
  let bucket: Bucket
  let folder: ReturnType<typeof emptyFolder>
  let files: FileStorage
  const multipartBytes = 12 * 1_048_576
  beforeAll(async () => {
    bucket = await openTestBucket()
    folder = emptyFolder()
    files = openBucket(bucket.url, readConfig(bucket.settings, {}))
  })
  afterAll(async () => {
    folder.remove()
    await bucket.close()
  })

  const put = async (hash: string, size: number) => {
    const path = `${folder.path}/${hash}`
    await Bun.write(path, new Uint8Array(size).fill(7))
    await files.put(path, { hash, size })
  }
  const bytesOf = async (hash: string, start: number, end: number) => {
    const content = await files.read(hash, start, end)
    return content instanceof Blob ? content.size : Buffer.concat(await Array.fromAsync(content)).length
  }

  test('is signed with the key, whatever it is', async () => {
    for (const name of ['one', 'two', 'three']) await put(name, 10)
    await put('large', multipartBytes)
    expect(await files.sizeOf('large')).toBe(multipartBytes)
    expect(await files.sizeOf('none')).toBeUndefined()
    expect([await bytesOf('one', 2, 5), await bytesOf('large', 0, multipartBytes)]).toEqual([3, multipartBytes])
    expect((await files.list()).map(({ name, size }) => [name, size])).toEqual([
      ['large', multipartBytes],
      ['one', 10],
      ['three', 10],
      ['two', 10],
    ])
    await files.remove('one')
    await files.remove('one')
    expect([...bucket.objects.keys()].sort()).toEqual(['large', 'three', 'two'].map((name) => `of/releases/${name}`))
    const asked = bucket.requests.map(
      ({ method, target }) => `${method}${/[?&](uploads|uploadId|list-type)/.exec(target)?.[1] ?? ''}`,
    )
    expect(new Set(asked)).toEqual(
      new Set(['PUT', 'HEAD', 'POSTuploads', 'PUTuploadId', 'POSTuploadId', 'GET', 'GETlist-type', 'DELETE']),
    )
    expect(bucket.requests.filter((request) => !request.isSigned)).toEqual([])
  })

  test('is signed without what the variables of the process say of Amazon, or not at all', async () => {
    const names = ['REGION', 'ENDPOINT', 'BUCKET', 'ACCESS_KEY_ID', 'SECRET_ACCESS_KEY']
    const foreign = Object.fromEntries(
      names.flatMap((name) => [`AWS_${name}`, `S3_${name}`]).map((name) => [name, 'x']),
    )
    const script = `
      const { openBucket } = await import(${JSON.stringify(join(import.meta.dir, '../../src/storage/s3.ts'))})
      const { readConfig } = await import(${JSON.stringify(join(import.meta.dir, '../../src/config.ts'))})
      try {
        const files = openBucket('${bucket.url}', readConfig(${JSON.stringify(bucket.settings)}, {}))
        console.log(await files.sizeOf('two'), (await files.list()).length)
      } catch (error) {
        console.log(error.message)
      }`
    const said = (env: Record<string, string>) =>
      new Response(Bun.spawn([process.execPath, '-e', script], { env, stdout: 'pipe' }).stdout).text()
    const before = bucket.requests.length
    expect(await said(foreign)).toBe('10 3\n')
    expect(bucket.requests.slice(before).filter((request) => !request.isSigned)).toEqual([])
    for (const name of ['AWS_SESSION_TOKEN', 'S3_SESSION_TOKEN'])
      expect(await said({ [name]: 'foreign' })).toContain(`take AWS_SESSION_TOKEN and S3_SESSION_TOKEN out`)
  })

  test('is refused with another secret, key or region, and says what to check', async () => {
    for (const wrong of [
      { files_secret_key: 'another' },
      { files_access_key: 'another' },
      { files_region: 'another-1' },
    ]) {
      const foreign = openBucket(bucket.url, readConfig({ ...bucket.settings, ...wrong }, {}))
      const refused = /refuses this key .*: check files_access_key, files_secret_key and files_region/
      await expect(foreign.list()).rejects.toThrow(refused)
      await expect(foreign.sizeOf('two')).rejects.toThrow(refused)
      await expect(foreign.read('two', 0, 1)).rejects.toThrow(refused)
      await expect(foreign.remove('two')).rejects.toThrow(refused)
      await expect(foreign.put(`${folder.path}/two`, { hash: 'two', size: 10 })).rejects.toThrow(refused)
    }
  })

  test('does not count as signed once a byte of it is another', () => {
    const { method, target } = bucket.requests.find((request) => request.method === 'GET' && request.isSigned)!
    const keys = { accessKey: bucket.accessKey, secret: bucket.secret, region: bucket.settings.files_region! }
    const headers = { host: new URL(bucket.endpoint).host }
    const check = (altered: string) => isSigned({ method, target: altered, headers }, keys)
    expect(check(target)).toBeTrue()
    expect(check(target.replace('/of/', '/or/'))).toBeFalse()
    expect(check(target.replace('X-Amz-Expires=', 'X-Amz-Expires=1'))).toBeFalse()
  })
})
