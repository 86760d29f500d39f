import { setPriority } from 'node:os'
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { run } from './cli/program'

const { stdin, stdout, stderr } = process
const env = process.env
let unwritten: Error | undefined

/** What is written to a stream, and when all of it has been taken. */
function written(stream: NodeJS.WriteStream) {
  // Each write's own answer is looked at.
  stream.on('error', () => {})
  let last: Promise<void> | undefined
  const write = (text: string) => {
    last = new Promise((resolve) => {
      stream.write(text, (error?: NodeJS.ErrnoException | null) => {
        // Whoever reads may have seen enough, as `head` has.
        if (error && error.code !== 'EPIPE') unwritten = error
        resolve()
      })
    })
  }
  return { write, taken: () => last }
}

const out = written(stdout)
const err = written(stderr)

const isSomebodyThere = stdin.isTTY && stderr.isTTY
const showsColors = ({ isTTY }: { isTTY?: boolean }) => isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb'

const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })

/** What is typed is shown or not from before the question appears. */
async function ask(question: string, { isShown }: { isShown: boolean }) {
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

const exitCode = await run(process.argv.slice(2), {
  env,
  out: out.write,
  err: err.write,
  giveWay: () => setPriority(10),
  confirm: isSomebodyThere ? confirm : undefined,
  askSecret: isSomebodyThere ? askSecret : undefined,
  screen: stdout.isTTY ? { columns: stdout.columns || undefined, isColored: showsColors(stdout) } : undefined,
  isErrColored: showsColors(stderr),
})

await out.taken()
if (unwritten) err.write(`latchkey: the output could not be written: ${unwritten.message}\n`)
await err.taken()
// All is done and closed by now: nothing the runtime still waits for keeps the process.
process.exit(unwritten ? 1 : exitCode)
