import { writeSync } from 'node:fs'
import { setPriority, userInfo } from 'node:os'
import { isatty } from 'node:tty'
import { run } from './cli/program'

const env = process.env
let unwritten: Error | undefined

/** Writes to a stream and tracks completion. Opens the stream on first use: that takes a tenth of the start-up time. */
function written(open: () => NodeJS.WriteStream) {
  let stream: NodeJS.WriteStream | undefined
  let last: Promise<void> | undefined
  function opened() {
    // Errors are handled per write.
    stream ??= open().on('error', () => {})
    return stream
  }
  const write = (text: string | Uint8Array) => {
    last = new Promise((resolve) => {
      opened().write(text, (error?: NodeJS.ErrnoException | null) => {
        // The reader may have closed the pipe, as `head` does.
        if (error && error.code !== 'EPIPE') unwritten = error
        resolve()
      })
    })
  }
  return { write, taken: () => last }
}

const out = written(() => process.stdout)
const err = written(() => process.stderr)

/**
 * Writes a message directly if the system accepts it at once, without opening the stream; the rest goes through the
 * stream in order.
 */
function tell(message: string) {
  const bytes = Buffer.from(message)
  const taken = err.taken() ? 0 : writtenAtOnce(bytes)
  if (taken < bytes.length) err.write(bytes.subarray(taken))
}

function writtenAtOnce(bytes: Uint8Array) {
  try {
    return writeSync(2, bytes)
  } catch {
    // The pipe is full or broken: the stream waits, or reports why.
    return 0
  }
}

const isInteractive = isatty(0) && isatty(2)
const showsColors = (fd: number) => isatty(fd) && !env.NO_COLOR && env.TERM !== 'dumb'

/** Prompts in the terminal; whether input is echoed is set before the prompt appears. */
async function ask(question: string, { isShown }: { isShown: boolean }) {
  const { createInterface } = await import('node:readline/promises')
  const { Writable } = await import('node:stream')
  const { stdin, stderr } = process
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const terminal = createInterface({ input: stdin, output: isShown ? stderr : nowhere, terminal: true })
  terminal.on('SIGINT', () => process.exit(130))
  if (!isShown) stderr.write(question)
  const answer = await terminal.question(isShown ? question : '')
  if (!isShown) stderr.write('\n')
  terminal.close()
  return answer
}

const confirm = async (question: string) =>
  /^y(es)?$/i.test((await ask(`${question} [y/N] `, { isShown: true })).trim())
const askSecret = (question: string) => ask(question, { isShown: false })

/** The user who ran the command, also behind sudo. */
function login() {
  const named = env.SUDO_USER || env.LOGNAME || env.USER
  if (named) return named
  try {
    return userInfo().username
  } catch {
    return `uid ${process.getuid?.() ?? '?'}`
  }
}

const exitCode = await run(process.argv.slice(2), {
  env,
  get login() {
    return login()
  },
  out: out.write,
  taken: out.taken,
  err: tell,
  giveWay: () => setPriority(10),
  confirm: isInteractive ? confirm : undefined,
  askSecret: isInteractive ? askSecret : undefined,
  screen: isatty(1) ? { columns: process.stdout.columns || undefined, isColored: showsColors(1) } : undefined,
  errScreen: isatty(2)
    ? {
        // Read on demand, since it opens the stream.
        get columns() {
          return process.stderr.columns || undefined
        },
        isColored: showsColors(2),
      }
    : undefined,
})

await out.taken()
if (unwritten) tell(`latchkey: the output could not be written: ${unwritten.message}\n`)
await err.taken()
// Everything is done and closed: do not let pending runtime work keep the process alive.
process.exit(unwritten ? 1 : exitCode)
