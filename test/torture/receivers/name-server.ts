import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const headBytes = 12
const typeIpv4 = 1

/** A name server on this machine whose names lead to another address each time they are looked up. */
export interface NameServer {
  /** A command line that makes the program behind it ask this name server. */
  readonly behind: readonly string[]
  /** How often an address was asked for. */
  readonly asked: number
  close(): void
}

/** Answers with these addresses in turn, whatever the name. Undefined where this process may not do that. */
export async function openNameServer(addresses: readonly string[]): Promise<NameServer | undefined> {
  let asked = 0
  const addressFor = ({ type }: Question) => (type === typeIpv4 ? addresses[asked++ % addresses.length] : undefined)
  const socket = await Bun.udpSocket({
    hostname: '127.0.0.1',
    port: 53,
    socket: {
      data(server, message, port, host) {
        const question = questionIn(message)
        server.send(answerTo(message, question, addressFor(question)), port, host)
      },
    },
  }).catch(() => undefined)
  if (!socket) return undefined
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-torture-names-'))
  const file = join(folder, 'resolv.conf')
  writeFileSync(file, 'nameserver 127.0.0.1\n')
  return {
    behind: ['unshare', '--mount', 'sh', '-c', `mount --bind ${file} /etc/resolv.conf && exec "$@"`, 'sh'],
    get asked() {
      return asked
    },
    close() {
      socket.close()
      rmSync(folder, { recursive: true })
    },
  }
}

/** Where the question of a DNS message ends, and what type of address it asks for. */
interface Question {
  end: number
  type: number
}

function questionIn(message: Buffer): Question {
  let at = headBytes
  while (message[at]) at += message[at]! + 1
  return { end: at + 5, type: message.readUInt16BE(at + 1) }
}

function answerTo(message: Buffer, { end }: Question, address: string | undefined): Buffer {
  const head = Buffer.alloc(headBytes)
  message.copy(head, 0, 0, 2)
  head.writeUInt16BE(0x8180, 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt16BE(address ? 1 : 0, 6)
  const question = message.subarray(headBytes, end)
  if (!address) return Buffer.concat([head, question])
  // The name of the question, an address of IPv4, no time to live, four bytes.
  const record = Buffer.from([0xc0, headBytes, 0, typeIpv4, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split('.').map(Number)])
  return Buffer.concat([head, question, record])
}
