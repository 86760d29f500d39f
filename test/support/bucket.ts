import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, createServer as createSocketServer, type Server } from 'node:net'
import { isSigned } from './sigv4'

/** How a bucket answers: as it should, not at all, with half of what was asked for, or with that and no end. */
type Mood = 'good' | 'down' | 'silent' | 'half' | 'endless'

/** A small S3 bucket in memory that refuses whatever is not signed with its key. */
export interface Bucket {
  readonly url: string
  readonly endpoint: string
  readonly accessKey: string
  readonly secret: string
  readonly objects: Map<string, Buffer>
  /** Every request as it arrived: method, address, and whether it was signed well. */
  readonly requests: { method: string; target: string; isSigned: boolean }[]
  mood: Mood
  /** Answers that the other side has broken off. */
  cancelled: number
  /** The settings of a server that keeps its files here. */
  readonly settings: Record<string, string>
  close(): Promise<void>
}

const region = 'test-1'

export async function openTestBucket(): Promise<Bucket> {
  const objects = new Map<string, Buffer>()
  const parts = new Map<string, Buffer[]>()
  /** The ports of connections with an answer that does not end. */
  const endless = new Set<number>()
  const keys = { accessKey: 'AKIDTEST', secret: 'a secret / of + signs', region }

  async function answer(request: IncomingMessage, response: ServerResponse) {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { method = '', url: target = '' } = request
    const good = isSigned({ method, target, headers: request.headers as Record<string, string> }, keys)
    bucket.requests.push({ method, target, isSigned: good })
    if (bucket.mood === 'silent') return
    if (bucket.mood === 'down') return refuse(response, 503, 'ServiceUnavailable')
    if (!good) return refuse(response, 403, 'SignatureDoesNotMatch')
    const { pathname, searchParams } = new URL(target, 'http://host')
    const [, name, ...rest] = decodeURIComponent(pathname).split('/')
    if (name !== 'files') return refuse(response, 404, 'NoSuchBucket')
    const key = rest.join('/')
    const body = Buffer.concat(chunks)
    if (method === 'GET' && key === '') return list(response, searchParams)
    if (method === 'PUT' && searchParams.has('partNumber')) {
      parts.get(key)![Number(searchParams.get('partNumber')) - 1] = body
      return response.setHeader('etag', etagOf(body)).end()
    }
    if (method === 'POST' && searchParams.has('uploads')) {
      parts.set(key, [])
      return xml(response, `<InitiateMultipartUploadResult><UploadId>one</UploadId></InitiateMultipartUploadResult>`)
    }
    if (method === 'POST') {
      objects.set(key, Buffer.concat(parts.get(key)!))
      return xml(response, '<CompleteMultipartUploadResult><ETag>"x"</ETag></CompleteMultipartUploadResult>')
    }
    if (method === 'PUT') {
      objects.set(key, body)
      return response.setHeader('etag', etagOf(body)).end()
    }
    const found = objects.get(key)
    if (method === 'DELETE') {
      objects.delete(key)
      return response.writeHead(204).end()
    }
    if (!found) return refuse(response, 404, 'NoSuchKey')
    send(request, response, found)
  }

  function send(request: IncomingMessage, response: ServerResponse, object: Buffer) {
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '')
    const piece = range ? object.subarray(Number(range[1]), Number(range[2]) + 1) : object
    response.writeHead(range ? 206 : 200, { 'content-length': piece.length })
    if (request.method === 'HEAD') return response.end()
    if (bucket.mood === 'endless') endless.add(request.socket.remotePort!)
    const cut = () => bucket.mood === 'half' && setTimeout(() => request.socket.destroy(), 50)
    if (bucket.mood === 'half' || bucket.mood === 'endless') response.write(piece.subarray(0, piece.length / 2), cut)
    else response.end(piece)
  }

  /** Two to a page, so that every list has a next one. */
  function list(response: ServerResponse, query: URLSearchParams) {
    const prefix = query.get('prefix') ?? ''
    const from = Number(query.get('continuation-token') ?? 0)
    const all = [...objects].filter(([key]) => key.startsWith(prefix)).sort()
    const page = all.slice(from, from + 2)
    const isCut = all.length > from + 2
    const contents = page.map(([key, { length }]) => `<Contents><Key>${key}</Key><Size>${length}</Size></Contents>`)
    xml(
      response,
      `<ListBucketResult><Name>files</Name><KeyCount>${page.length}</KeyCount><MaxKeys>2</MaxKeys>
        <IsTruncated>${isCut}</IsTruncated>${isCut ? `<NextContinuationToken>${from + 2}</NextContinuationToken>` : ''}
        ${contents.join('')}</ListBucketResult>`,
    )
  }

  const server = createServer(
    (request, response) => void answer(request, response).catch(() => request.socket.destroy()),
  )
  const inner = await listening(server)
  // In front of it, since only a plain socket tells at once that the other side is gone.
  const front = createSocketServer((socket) => {
    const behind = connect(inner, '127.0.0.1')
    for (const each of [socket, behind]) each.on('error', () => {})
    socket.on('close', () => {
      if (endless.has(behind.localPort!)) bucket.cancelled++
      behind.destroy()
    })
    behind.on('close', () => socket.destroy())
    socket.pipe(behind).pipe(socket)
  })
  const endpoint = `http://127.0.0.1:${await listening(front)}`
  const url = 's3://files/of/releases'
  const bucket: Bucket = {
    ...{ url, endpoint, objects, accessKey: keys.accessKey, secret: keys.secret },
    requests: [],
    mood: 'good',
    cancelled: 0,
    settings: {
      files_url: url,
      files_endpoint: endpoint,
      files_region: region,
      files_access_key: keys.accessKey,
      files_secret_key: keys.secret,
    },
    async close() {
      server.closeAllConnections()
      front.close()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return bucket
}

const listening = (server: Server) =>
  new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })

const etagOf = (body: Buffer) => `"${createHash('md5').update(body).digest('hex')}"`

function xml(response: ServerResponse, text: string) {
  response.setHeader('content-type', 'application/xml')
  response.end(`<?xml version="1.0" encoding="UTF-8"?>${text}`)
}

function refuse(response: ServerResponse, status: number, code: string) {
  response.statusCode = status
  xml(response, `<Error><Code>${code}</Code><Message>no</Message></Error>`)
}
