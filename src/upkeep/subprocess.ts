import { join } from 'node:path'
import { errorFromJson, OperatorError } from '../kernel/operator-error'

const program = Bun.isStandaloneExecutable
  ? [process.execPath]
  : [process.execPath, join(import.meta.dir, '../main.ts')]

/** The first word of a command line whose errors another process of this program reads. */
export const forProgram = '--errors-as-json'

/** What a command of ours said. */
export interface CommandResult {
  exitCode: number
  // biome-ignore lint/suspicious/noExplicitAny: each command has its own JSON
  value: any
}

/**
 * Runs a command of ours on a folder in a process of its own, so that no request waits for it. A command that prints
 * no JSON has failed: an `OperatorError` with its sentence. When the signal is given, it is stopped.
 */
export async function runCommand(
  folder: string,
  args: readonly string[],
  signal?: AbortSignal,
): Promise<CommandResult> {
  const child = Bun.spawn([...program, forProgram, ...args, '--data-dir', folder, '--json'], {
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
    ...(signal && { signal }),
  })
  const [out, err, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  if (out) return { exitCode, value: JSON.parse(out) }
  const sentence = err.trim().split('\n').at(-1)!
  if (sentence.startsWith('{"kind":')) throw errorFromJson(JSON.parse(sentence))
  throw new OperatorError(sentence.replace(/^latchkey: /, '') || `"latchkey ${args[0]}" was stopped before it was done`)
}
