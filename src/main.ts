import { setPriority } from 'node:os'
import { createInterface } from 'node:readline/promises'
import { run } from './cli/program'

// Whoever reads may have seen enough, as `head` has.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})

async function confirm(question: string) {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await terminal.question(`${question} [y/N] `)
  terminal.close()
  return /^y(es)?$/i.test(answer.trim())
}

process.exitCode = await run(process.argv.slice(2), {
  env: process.env,
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  giveWay: () => setPriority(10),
  confirm: process.stdin.isTTY && process.stderr.isTTY ? confirm : undefined,
})
