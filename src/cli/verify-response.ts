import { createPublicKey } from 'node:crypto'
import { type Command, InvalidArgumentError } from 'commander'
import { systemClock } from '../kernel/clock'
import { parseDuration } from '../kernel/durations'
import { OperatorError } from '../kernel/operator-error'
import { mismatchOf, responseProblemOf } from '../signing/check'
import { fileProblemOf, offlineFileIn, saidInFile } from '../signing/check-file'
import { listPublicKeys } from '../signing/service'
import { claimStandardInput, readText } from './arguments'
import { inInstallation, withSettings } from './installation-command'
import { type Io, report } from './io'

/** `latchkey verify-response` */
export const verifyResponseCommand = (program: Command, io: Io) =>
  withSettings(program.command('verify-response'), ['data_dir'])
    .description(
      'check the signature of an answer or offline file, and whether it answers your request; exit code 0 if genuine, 1 if not',
    )
    .argument('[file]', 'the answer, or the signed offline file, as received; "-" for standard input', '-')
    .option('--public-key <file>', 'the public key (PEM); default: the keys of the data folder')
    .option('--nonce <text>', 'the nonce you sent with the request')
    .option(
      '--product <id or uuid>',
      'the product the licence must be of; answers and files requested with a nonce name it',
    )
    .option('--max-age <time>', 'the maximum age, such as 5m; default: any', parseAge)
    .option('--json', 'print genuine and reason as JSON')
    .action(async (path, options) => {
      if (path === '-') claimStandardInput()
      const answer = path === '-' ? await Bun.stdin.text() : readText(path)
      const file = offlineFileIn(answer)
      const publicPems = options.publicKey
        ? [readPublicKey(options.publicKey)]
        : await inInstallation(options, io, async ({ db }) =>
            (await listPublicKeys(db.read)).map((key) => key.publicPem),
          )
      const problems = publicPems.map((pem) => (file ? fileProblemOf(file, pem) : responseProblemOf(answer, pem)))
      const isGenuine = problems.includes(undefined)
      const { nonce, product, maxAge: ageMsMax } = options
      const reason = isGenuine ? mismatchOf(signedIn(answer), { nonce, product, ageMsMax }, systemClock()) : problems[0]
      report(io, options, { genuine: isGenuine && !reason, reason: reason ?? null }, [
        ...(isGenuine ? [file ? saidInFile(file) : saidIn(answer)] : []),
        isGenuine && !reason
          ? 'Genuine: the signature fits the public key.'
          : `${isGenuine ? 'Genuine, but not what was asked for' : 'Not genuine'}: ${reason}.`,
      ])
      if (reason) throw new OperatorError('')
    })

/** What was signed, in a genuine answer or offline file, with the time of its signature. */
function signedIn(answer: string): Record<string, unknown> {
  const { response, ...file } = JSON.parse(answer)
  return response ?? { ...file, timestamp: Date.parse(file.issued_at) / 1000 }
}

/** The content of a genuine answer, on one line. */
function saidIn(answer: string) {
  const { code, message, timestamp } = JSON.parse(answer).response
  return `${code} "${message}", signed at ${new Date(timestamp * 1000).toISOString().replace('.000Z', 'Z')}.`
}

function parseAge(text: string) {
  const ms = parseDuration(text)
  if (!ms) throw new InvalidArgumentError('It takes a time: 30s, 5m, 12h or 7d.')
  return ms
}

/** The PEM of a public key file named by an operator. */
function readPublicKey(path: string) {
  const pem = readText(path).replace(/^\ufeff/, '')
  try {
    createPublicKey(pem)
  } catch {
    throw new OperatorError(`${path} is not a public key in PEM form: it must begin with "-----BEGIN PUBLIC KEY-----"`)
  }
  return pem
}
