import { join } from 'node:path'
import { binary } from './installation'
import { root } from './readme'
import { until } from './wait'

export const enter = '\r'
export const down = '\u001b[B'
export const breakOff = '\u0003'

/** Runs a command at a terminal of its own and types an answer whenever a question has appeared. */
export async function atTerminal(
  args: string[],
  cwd: string,
  answers: [question: string, keys: string][] = [],
  { columns = 200, env = {} }: { columns?: number; env?: Record<string, string> } = {},
) {
  let shown = ''
  const decoder = new TextDecoder()
  const child = Bun.spawn([...(binary ? [binary] : [process.execPath, join(root, 'src/main.ts')]), ...args], {
    cwd,
    env: { TERM: 'xterm', ...env },
    terminal: {
      cols: columns,
      rows: 50,
      data(_, bytes) {
        shown += decoder.decode(bytes, { stream: true })
      },
    },
  })
  for (const [question, keys] of answers) {
    await until(`the terminal shows "${question}"`, () => shown.includes(question) || child.exitCode !== null)
    child.terminal!.write(keys)
  }
  const exitCode = await child.exited
  child.terminal!.close()
  return { exitCode, shown: Bun.stripANSI(shown).replaceAll('\r\n', '\n') }
}
