import { type Config, variableOf } from '../config'
import { OperatorError } from '../kernel/operator-error'
import { folderStorage } from './folder'

/** A stored file, by its name: the SHA-256 of its content. */
export interface StoredFile {
  readonly name: string
  readonly size: number
}

/** Bytes of a file: on this machine, or arriving in pieces; ending too early is an error. */
export type FileContent = Blob | AsyncGenerator<Uint8Array<ArrayBuffer>>

/** The bytes in pieces, wherever they come from. */
export const inPieces = (content: FileContent): AsyncIterable<Uint8Array<ArrayBuffer>> =>
  content instanceof Blob ? content.stream() : content

/**
 * Where the files of releases lie, each named by the SHA-256 of its content. Throws an `UnavailableError` if the place
 * cannot be used.
 */
export interface FileStorage {
  /** The place, for people. */
  readonly place: string
  readonly isLocal: boolean
  /** The size in bytes; undefined if there is no such file. */
  sizeOf(hash: string): Promise<number | undefined>
  /** The bytes from `start` to before `end` of a file that is there. */
  read(hash: string, start: number, end: number): Promise<FileContent>
  /** Takes in a local file of that hash and size, durably; a local place may move it. */
  put(path: string, file: { hash: string; size: number }): Promise<void>
  list(): Promise<StoredFile[]>
  /** Removes the file, if present. */
  remove(hash: string): Promise<void>
}

const secretNames = ['files_access_key', 'files_secret_key'] as const

type StorageConfig = Pick<
  Config,
  'files_url' | 'files_endpoint' | 'files_region' | 'files_access_key' | 'files_secret_key' | 'origins'
>

/** The storage of an installation, by its settings or at another URL. Nothing is asked of it before its first use. */
export function openStorage(config: StorageConfig, folder: string, url = config.files_url): FileStorage {
  if (url === '') return folderStorage(folder)
  let opening: Promise<FileStorage> | undefined
  const open = async () => {
    requireKeys(config, url)
    opening ??= import('./s3').then(({ openBucket }) => openBucket(url, config))
    return opening
  }
  return {
    place: url,
    isLocal: false,
    sizeOf: async (hash) => (await open()).sizeOf(hash),
    read: async (hash, start, end) => (await open()).read(hash, start, end),
    put: async (path, file) => (await open()).put(path, file),
    list: async () => (await open()).list(),
    remove: async (hash) => (await open()).remove(hash),
  }
}

/** A command beside a server takes its settings from it, but no secrets. */
function requireKeys(config: StorageConfig, url: string) {
  const unknown = secretNames.filter((name) => !config[name] || config.origins[name].startsWith('server_'))
  if (!unknown.length) return
  throw new OperatorError(
    `this command has no key for ${url}: set ${unknown.map(variableOf).join(' and ')}, as for the server`,
    'invalid_input',
  )
}
