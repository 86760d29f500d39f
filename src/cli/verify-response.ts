import { createPublicKey } from 'node:crypto'
import type { Command } from 'commander'
import { Sorry } from '../kernel/sorry'
import { flawOf } from '../signing/check'
import { listPublicKeys } from '../signing/store'
import { readText } from './arguments'
import { inHouse, withSettings } from './house-command'
import { type Io, report } from './io'

/** `latchkey verify-response` */
export const verifyResponseCommand = (program: Command, io: Io) =>
  withSettings(program.command('verify-response'), ['data_dir'])
    .description('say whether an answer is genuine; exit 0 when it is, 1 when it is not')
    .argument('[file]', 'the answer as received, "-" for standard input', '-')
    .option('--public-key <file>', "the public key (PEM); the data folder's own keys otherwise")
    .option('--json', 'print genuine and reason as JSON')
    .action(async (file, options) => {
      const answer = file === '-' ? await Bun.stdin.text() : readText(file)
      const publicPems = options.publicKey
        ? [readPublicKey(options.publicKey)]
        : await inHouse(options, io, async ({ db }) => (await listPublicKeys(db.read)).map((key) => key.publicPem))
      const flaws = publicPems.map((pem) => flawOf(answer, pem))
      const isGenuine = flaws.includes(undefined)
      report(io, options, { genuine: isGenuine, reason: isGenuine ? null : flaws[0] }, [
        isGenuine ? 'Genuine: the signature fits the public key.' : `Not genuine: ${flaws[0]}.`,
      ])
      if (!isGenuine) throw new Sorry('')
    })

/** The PEM of a public key file an operator named. */
function readPublicKey(path: string) {
  const pem = readText(path).replace(/^\ufeff/, '')
  try {
    createPublicKey(pem)
  } catch {
    throw new Sorry(`${path} is not a public key in PEM form: it must begin with "-----BEGIN PUBLIC KEY-----"`)
  }
  return pem
}
