import { readFileSync } from 'node:fs'
import { look } from '../holdings'
import type { Stage } from '../stage'

/** What the server has used up to now. */
export interface Costs {
  /** Bytes that the database holds, as it stands in file and log together. */
  diskBytes: number
  processorMs: number
  residentMiB: number
  /** The most it ever was. */
  peakMiB: number
}

const msPerTick = 10

export function costsOf({ folder, server }: Stage): Costs {
  const status = readFileSync(`/proc/${server.pid}/status`, 'utf8')
  const mebibytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)![1]) / 1024
  // The name of the command may hold spaces, but it ends with the last bracket.
  const [user, system] = readFileSync(`/proc/${server.pid}/stat`, 'utf8').split(') ')[1]!.split(' ').slice(11, 13)
  return {
    diskBytes: look(folder, (raw) => sizeOf(raw)),
    processorMs: (Number(user) + Number(system)) * msPerTick,
    residentMiB: mebibytes('VmRSS'),
    peakMiB: mebibytes('VmHWM'),
  }
}

const sizeOf = (raw: Parameters<Parameters<typeof look>[1]>[0]) =>
  raw
    .query<{ bytes: number }, []>(
      `select (page_count - freelist_count) * page_size as bytes
       from pragma_page_count, pragma_freelist_count, pragma_page_size`,
    )
    .get()!.bytes
