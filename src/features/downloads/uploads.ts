import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { storeAt, type Upload } from './files'

/** Where uploaded files are while they are read. */
export const uploadsIn = (folder: string) => join(folder, 'imports')

/** Stores an uploaded file in the data folder while the work needs it. */
export async function withUpload<T>(folder: string, upload: Upload, work: (path: string) => Promise<T>): Promise<T> {
  const place = join(uploadsIn(folder), randomUUID())
  const path = join(place, upload.name)
  try {
    await storeAt(path, upload)
    return await work(path)
  } finally {
    await rm(place, { recursive: true, force: true })
  }
}
