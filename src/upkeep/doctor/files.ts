import { contentHashOf, healthOfFiles, listReleaseFiles } from '../../features/downloads/health'
import { commandRef, message } from '../../kernel/message'
import type { Check } from './check'
import { namedMax } from './store'

const remedy = message`put a lost file back from a backup, or from another place with ${commandRef('release copy-files')}, or add the release again; delete what no release knows`

/** Reads every file. */
export const localFiles: Check = {
  name: 'files',
  promise: 'the file of every release is there and as it was, and no other',
  remedy,
  async find({ files, database: { read } }) {
    const wanted = await listReleaseFiles(read)
    const faults = new Map<string, string>()
    for (const file of new Map(wanted.map((each) => [each.hash, each])).values()) {
      if ((await files.sizeOf(file.hash)) === undefined) faults.set(file.hash, 'is missing')
      else if ((await contentHashOf(files, file)) !== file.hash) faults.set(file.hash, 'was altered')
    }
    const { unknown } = await healthOfFiles(read, files)
    return [
      ...wanted.flatMap(({ releaseId, hash }) =>
        faults.has(hash) ? [`the file of release ${releaseId} ${faults.get(hash)}: files/${hash}`] : [],
      ),
      ...unknown.slice(0, namedMax).map((name) => `no release knows files/${name}`),
    ]
  },
}

/** Reads no file of another place, where each reading is paid for. */
export const remoteFiles: Check = {
  name: 'files',
  promise: 'the storage of files answers, and has the file of every release, with its size, and no other',
  remedy,
  async find({ files, database: { read } }) {
    const { problem, lost, unknown } = await healthOfFiles(read, files)
    return [
      ...(problem === null ? [] : [problem]),
      ...lost.map(
        ({ releaseId, hash }) => `the file of release ${releaseId} is missing or damaged: ${files.place}/${hash}`,
      ),
      ...unknown.slice(0, namedMax).map((name) => `no release knows ${files.place}/${name}`),
    ]
  },
}
