import { connect, type Socket } from 'node:net'
import { postHead } from '../../support/socket'
import type { Stage } from '../stage'

const patienceMs = 60_000
const quietMs = 150

/** Opens a connection to the server; resolves when it stands, or has failed. */
export async function dial(stage: Stage): Promise<Socket> {
  const { hostname, port } = new URL(stage.url)
  const socket = connect(Number(port), hostname)
  await new Promise<void>((settled) => {
    socket.once('connect', () => settled()).on('error', () => settled())
  })
  return socket
}

/**
 * Says something and hears what comes back until the server hangs up or has been quiet for a moment; or, where it is
 * known how it must end, until it has ended so.
 */
export async function exchange(stage: Stage, bytes: Buffer, isWhole?: (heard: string) => boolean): Promise<string> {
  const socket = await dial(stage)
  const heard: Buffer[] = []
  await new Promise<void>((over) => {
    let quiet: Timer | undefined
    const patience = setTimeout(over, patienceMs)
    const wait = () => {
      clearTimeout(quiet)
      quiet = setTimeout(over, quietMs)
    }
    socket.on('data', (some) => {
      heard.push(Buffer.from(some))
      if (!isWhole) wait()
      else if (isWhole(Buffer.concat(heard).toString('latin1'))) over()
    })
    socket.on('close', () => over())
    socket.write(bytes, () => isWhole || wait())
    patience.unref()
  })
  socket.destroy()
  return Buffer.concat(heard).toString('latin1')
}

/** The bytes of a well-formed request. */
export function request(path: string, fields: object, headers: Record<string, string | number> = {}): string {
  const body = JSON.stringify(fields)
  const own = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...headers }
  return postHead(`/api/v1/${path}`, own) + body
}

/** The status codes in what was heard. */
export const statusesIn = (heard: string) =>
  [...heard.matchAll(/^HTTP\/1\.[01] (\d{3})/gm)].map(([, code]) => Number(code))
