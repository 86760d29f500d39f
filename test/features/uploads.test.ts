import { afterAll, expect, test } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { receiveFile, type Upload } from '../../src/features/downloads/files'
import { sha256 } from '../../src/kernel/secrets'
import { folderStorage } from '../../src/storage/folder'
import { emptyFolder } from '../support/process'

const folder = emptyFolder()
afterAll(() => folder.remove())
const now = new Date()

/** What arrives in these pieces, one after the other, and then ends or breaks off. */
const upload = (pieces: string[], terms: Partial<Upload> & { isBroken?: boolean } = {}): Upload => ({
  name: 'app.zip',
  async *pieces() {
    for (const piece of pieces) yield Buffer.from(piece)
    if (terms.isBroken) throw new Error('the connection was lost')
  },
  ...terms,
})
const left = () => readdirSync(join(folder.path, 'files'))

test('a file that arrives in pieces is stored under the hash of the whole, when it is kept', async () => {
  const incoming = await receiveFile(folder.path, upload(['one ', 'two ', 'three']), { now })
  expect(incoming).toMatchObject({ hash: sha256('one two three'), size: 13, name: 'app.zip' })
  expect(left()).toEqual([expect.stringMatching(/^incoming-/)])
  await folderStorage(folder.path).put(incoming.path, incoming)
  await incoming.discard()
  expect(left()).toEqual([incoming.hash])
  expect(readFileSync(join(folder.path, 'files', incoming.hash), 'utf8')).toBe('one two three')
})

test.each<[string, Upload, RegExp]>([
  ['breaks off', upload(['half'], { isBroken: true }), /cannot store app\.zip: the connection was lost/],
  ['is shorter than was said', upload(['half'], { size: 8 }), /did not arrive whole, 4 of 8 bytes/],
  ['is longer than was said', upload(['twice ', 'as long'], { size: 6 }), /did not arrive whole, 13 of 6 bytes/],
  ['has no name', upload(['x'], { name: '' }), /has a name/],
  ['is named after a folder', upload(['x'], { name: '..' }), /has a name/],
])('of a file that %s nothing is left', async (_, faulty, reason) => {
  const before = left()
  await expect(receiveFile(folder.path, faulty, { now })).rejects.toThrow(reason)
  expect(left()).toEqual(before)
})

test('is told how much of a large file has arrived, and nothing of a small one', async () => {
  const piece = 'x'.repeat(16 * 1_048_576)
  const told: [number, number][] = []
  const onProgress = (done: number, of: number) => told.push([done, of])
  const large = upload([piece, piece, piece, piece], { size: 4 * piece.length })
  await (await receiveFile(folder.path, large, { now, onProgress })).discard()
  expect(told).toEqual([1, 2, 3, 4].map((nth) => [nth * piece.length, 4 * piece.length]))
  await (await receiveFile(folder.path, upload(['x'], { size: 1 }), { now, onProgress })).discard()
  expect(told).toHaveLength(4)
})
