import { dayMs } from '../../kernel/durations'
import { sha256 } from '../../kernel/secrets'

const lifetimeMs = dayMs
const keptMax = 10_000

/** Downloads that began while their links were valid, so that interrupted ones can be resumed later. */
export interface BegunDownloads {
  note(link: Link, now: Date): void
  /** When that download began; undefined if it did not, or a day or more ago. */
  at(link: Link, now: Date): Date | undefined
}

interface Link {
  token: string
  numeric_version: string
}

/** In memory only: after a restart the client requests a new link. The oldest entries are dropped first. */
export function openBegunDownloads(): BegunDownloads {
  const begun = new Map<string, Date>()
  const nameOf = ({ token, numeric_version }: Link) => sha256(`${token} ${numeric_version}`)
  return {
    note(link, now) {
      const name = nameOf(link)
      if (begun.has(name)) return
      begun.set(name, now)
      if (begun.size > keptMax) begun.delete(begun.keys().next().value!)
    },
    at(link, now) {
      const beganAt = begun.get(nameOf(link))
      return beganAt && now.getTime() - beganAt.getTime() < lifetimeMs ? beganAt : undefined
    },
  }
}

/** Whether a request resumes a download (asks for the rest of a file). */
export const continues = ({ method, headers }: Request) =>
  method === 'GET' && /^bytes=0*[1-9]\d*-\d*$/i.test(headers.get('range') ?? '')
