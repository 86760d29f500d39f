import { setPriority } from 'node:os'
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { run } from './cli/program'

const { stdin, stdout, stderr } = process
const env = process.env
// Whoever reads may have seen enough, as `head` has.
for (const stream of [stdout, stderr]) stream.on('error', () => {})

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

process.exitCode = await run(process.argv.slice(2), {
  env,
  out: (text) => stdout.write(text),
  err: (text) => stderr.write(text),
  giveWay: () => setPriority(10),
  confirm: isSomebodyThere ? confirm : undefined,
  askSecret: isSomebodyThere ? askSecret : undefined,
  screen: stdout.isTTY ? { columns: stdout.columns || undefined, isColored: showsColors(stdout) } : undefined,
  isErrColored: showsColors(stderr),
})

// All is done and closed by now: whatever the runtime still waits for must not keep the process.
setTimeout(() => process.exit(), 2000).unref()
