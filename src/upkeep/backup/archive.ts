import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { isUnavailable } from '../../database/failure'
import { commandRef, message } from '../../kernel/message'
import { OperatorError } from '../../kernel/operator-error'
import { unreadable } from '../../kernel/ownership'
import { boundTo, isBound, type Manifest, type Member, readManifest, writeManifest } from './manifest'

/** The members of a backup besides release files, which are named by their hashes. */
export const databaseName = 'latchkey.db'
export const sealedKeyName = 'sealing.key.sealed'
export const filePrefix = 'files/'
const manifestName = 'manifest.json'

const known = new RegExp(`^(${databaseName}|${sealedKeyName}|${manifestName}|${filePrefix}[0-9a-f]{64})$`)
const chunkBytes = 1_048_576
/** The bytes written between two syncs to disk. */
const syncedBytes = 2 * 1_048_576
const textLengthMax = 64 * 1_048_576
/** Fast compression: the server beside this process needs the processor too. */
const level = 1

/** Called for each piece that was packed or read, with its length. */
export type OnBytes = (bytes: number) => void

/** Adds members to an archive; each is hashed on the way. */
export interface Packing {
  addFile(name: string, path: string): Promise<void>
  addText(name: string, text: string): Promise<void>
}

/**
 * Writes a `.tar.gz` that ends with the manifest and, if there is a passphrase, the sealed key, bound to this manifest.
 * The file is on disk on return.
 */
export async function writeArchive(
  path: string,
  pack: (packing: Packing) => Promise<Omit<Manifest, 'format' | 'keys' | 'members'>>,
  { sealKey, onBytes }: { sealKey?: ((bound: string) => Promise<string>) | undefined; onBytes: OnBytes },
) {
  const { createTarPacker } = await import('modern-tar')
  const { readable, controller } = createTarPacker()
  const members: Record<string, Member> = {}
  async function add(name: string, size: number, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) {
    const writer = controller.add({ name, size, mode: 0o600 }).getWriter()
    const digest = createHash('sha256')
    for await (const chunk of chunks) {
      digest.update(chunk)
      await writer.write(chunk)
      onBytes(chunk.length)
    }
    await writer.close()
    members[name] = { size, sha256: digest.digest('hex') }
  }
  const addText = (name: string, text: string) => {
    const bytes = Buffer.from(text)
    return add(name, bytes.length, [new Uint8Array(bytes)])
  }
  const addFile = async (name: string, from: string) =>
    add(name, (await stat(from)).size, createReadStream(from, { highWaterMark: chunkBytes }))
  const written = pipeline(Readable.fromWeb(readable as never), createGzip({ level }), (zipped) =>
    writeSteadily(path, zipped),
  )
  const packed = async () => {
    const facts = await pack({ addFile, addText })
    const manifest = { ...facts, keys: sealKey ? ('sealed' as const) : ('left out' as const), members }
    const written = writeManifest(manifest)
    await addText(manifestName, written)
    if (sealKey) await addText(sealedKeyName, await sealKey(boundTo(written)))
    controller.finalize()
  }
  await Promise.all([
    written,
    packed().catch((error) => {
      controller.error(error)
      throw error
    }),
  ])
}

/** Syncs in small steps: a large sync would delay the writes of others. */
async function writeSteadily(path: string, pieces: AsyncIterable<Uint8Array>) {
  const file = await open(path, 'wx', 0o600)
  let unsynced = 0
  try {
    for await (const piece of pieces) {
      await file.writeFile(piece)
      unsynced += piece.length
      if (unsynced < syncedBytes) continue
      await file.datasync()
      unsynced = 0
    }
    await file.sync()
  } finally {
    await file.close()
  }
}

/**
 * The destination of a member's content; `undefined` if only its hash is needed. The content is not yet synced to disk.
 */
export type Destination = (name: string) => string | undefined

/** A backup read to its end: its manifest and its sealed key. */
export interface Unpacked {
  manifest: Manifest
  sealedKey: string | undefined
  /** The text its passphrase authenticates; undefined in backups of versions that bound it to nothing. */
  bound: string | undefined
}

/**
 * Reads an archive to its end, each member to its destination. Throws an `OperatorError` if it is not a complete
 * backup.
 */
export async function readArchive(
  path: string,
  destinationOf: Destination,
  onBytes: OnBytes = () => {},
): Promise<Unpacked> {
  const found: Record<string, Member> = {}
  const texts: Record<string, string> = {}
  let hasBegun = false
  try {
    for await (const { header, body } of await unpacked(path)) {
      const { name } = header
      if (!known.test(name)) throw foreign(path)
      hasBegun = true
      if (found[name]) throw damaged(path, `it has ${name} twice`)
      const digest = createHash('sha256')
      const isText = name === manifestName || name === sealedKeyName
      const { size, text } = await drain(body, { digest, isText, destination: destinationOf(name), onBytes })
      found[name] = { size, sha256: digest.digest('hex') }
      if (isText) texts[name] = text
    }
  } catch (error) {
    throw faultOf(path, error, hasBegun)
  }
  const written = texts[manifestName]
  if (written === undefined) throw found[databaseName] ? cutOff(path) : foreign(path)
  const manifest = readManifest(written)
  if (!manifest) throw damaged(path, `its ${manifestName} cannot be read`)
  for (const [name, { size, sha256 }] of Object.entries(manifest.members)) {
    if (found[name]?.size !== size || found[name].sha256 !== sha256) throw damaged(path, `its ${name} is another`)
  }
  const sealedKey = texts[sealedKeyName]
  if (manifest.keys === 'sealed' && sealedKey === undefined) throw cutOff(path)
  const uncounted = Object.keys(found).find(
    (name) =>
      !manifest.members[name] && name !== manifestName && !(name === sealedKeyName && manifest.keys === 'sealed'),
  )
  if (uncounted !== undefined) throw damaged(path, `its manifest does not have ${uncounted}`)
  return { manifest, sealedKey, bound: isBound(manifest) ? boundTo(written) : undefined }
}

interface Drain {
  digest: Hash
  isText: boolean
  destination: string | undefined
  onBytes: OnBytes
}

async function drain(body: AsyncIterable<Uint8Array>, { digest, isText, destination, onBytes }: Drain) {
  const file = destination === undefined ? undefined : await open(destination, 'wx', 0o600)
  const pieces: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of body) {
      digest.update(chunk)
      size += chunk.length
      onBytes(chunk.length)
      if (isText && size > textLengthMax) throw new Error('a text too long')
      if (isText) pieces.push(chunk)
      await file?.writeFile(chunk)
    }
  } finally {
    await file?.close()
  }
  return { size, text: Buffer.concat(pieces).toString() }
}

async function unpacked(path: string) {
  const { createTarDecoder } = await import('modern-tar')
  const gunzip = createGunzip()
  // An error on the way also ends the stream, and is handled there.
  pipeline(createReadStream(path, { highWaterMark: chunkBytes }), gunzip).catch(() => {})
  const stream = Readable.toWeb(gunzip) as unknown as ReadableStream<Uint8Array<ArrayBuffer>>
  return stream.pipeThrough(createTarDecoder({ strict: true }))
}

/** The meaning of a file or format error; a full disk stays that error. */
function faultOf(path: string, error: unknown, hasBegun: boolean) {
  const { code = '', message } = error as { code?: string; message: string }
  // The archive reader throws plain errors with a message; system errors have a code.
  if (error instanceof OperatorError) return error
  const isOfFormat = /^Z_/.test(code) || (code === '' && (error as Error).constructor === Error)
  if (/^E(NOENT|NOTDIR|ACCES|PERM|ISDIR)$/.test(code)) return new OperatorError(unreadable(path, error))
  if (!isOfFormat || isUnavailable(error)) return error
  if (!hasBegun) return foreign(path)
  return code === 'Z_BUF_ERROR' || /truncated/.test(message) ? cutOff(path) : damaged(path, 'it does not unpack')
}

const foreign = (path: string) =>
  new OperatorError(message`${path} is not a Latchkey backup: name a file that ${commandRef('backup')} wrote`)
const cutOff = (path: string) =>
  new OperatorError(
    `${path} is cut off, its end is missing: copy it again from where it was taken, or use another backup`,
  )
const damaged = (path: string, how: string) =>
  new OperatorError(`${path} is damaged, ${how}: copy it again from where it was taken, or use another backup`)
