import { writeSync } from 'node:fs'
import { setPriority, userInfo } from 'node:os'
import { isatty } from 'node:tty'
import { run } from './cli/program'

const env = process.env
let unwritten: Error | undefined

/** What is written to a stream, and when all of it has been taken. Opened when it is needed: that takes a tenth of a start. */
function written(open: () => NodeJS.WriteStream) {
  let stream: NodeJS.WriteStream | undefined
  let last: Promise<void> | undefined
  function opened() {
    // Each write's own answer is looked at.
    stream ??= open().on('error', () => {})
    return stream
  }
  const write = (text: string | Uint8Array) => {
    last = new Promise((resolve) => {
      opened().write(text, (error?: NodeJS.ErrnoException | null) => {
        // Whoever reads may have seen enough, as `head` has.
        if (error && error.code !== 'EPIPE') unwritten = error
        resolve()
      })
    })
  }
  return { write, taken: () => last }
}

const out = written(() => process.stdout)
const err = written(() => process.stderr)

/** Messages are short: what the system takes at once needs no stream, and the rest goes in its order. */
function tell(message: string) {
  const bytes = Buffer.from(message)
  const taken = err.taken() ? 0 : takenAtOnce(bytes)
  if (taken < bytes.length) err.write(bytes.subarray(taken))
}

function takenAtOnce(bytes: Uint8Array) {
  try {
    return writeSync(2, bytes)
  } catch {
    // Not now, or never: the stream waits, or says why.
    return 0
  }
}

const isSomebodyThere = isatty(0) && isatty(2)
const showsColors = (fd: number) => isatty(fd) && !env.NO_COLOR && env.TERM !== 'dumb'

/** What is typed is shown or not from before the question appears. */
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

/** Who typed the command, also behind sudo. */
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
  err: tell,
  giveWay: () => setPriority(10),
  confirm: isSomebodyThere ? confirm : undefined,
  askSecret: isSomebodyThere ? askSecret : undefined,
  screen: isatty(1) ? { columns: process.stdout.columns || undefined, isColored: showsColors(1) } : undefined,
  errScreen: isatty(2)
    ? {
        // Looked at when it is needed, since it opens the stream.
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
// All is done and closed by now: nothing the runtime still waits for keeps the process.
process.exit(unwritten ? 1 : exitCode)
