import { join } from 'node:path'
import { errorFromJson, OperatorError } from '../kernel/operator-error'

const program = Bun.isStandaloneExecutable
  ? [process.execPath]
  : [process.execPath, join(import.meta.dir, '../main.ts')]

/** The first argument of a command whose errors another process of this program reads. */
export const forProgram = '--errors-as-json'

/** The output of a command. */
export interface CommandResult {
  exitCode: number
  // biome-ignore lint/suspicious/noExplicitAny: each command has its own JSON
  value: any
}

/**
 * Runs one of our commands on a folder in a subprocess, so that no request waits for it. Throws an `OperatorError` with
 * the command's sentence if it prints no JSON. Stops it when the signal is given.
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
