import { join } from 'node:path'
import { errorFromJson, OperatorError } from '../kernel/operator-error'
import type { TellProgress } from '../kernel/progress'

const program = Bun.isStandaloneExecutable
  ? [process.execPath]
  : [process.execPath, join(import.meta.dir, '../main.ts')]

/** The first argument of a command whose errors another process of this program reads. */
export const forProgram = '--errors-as-json'

/** A line on which such a command tells its progress. */
const progressLine = /^\{"phase":/

/** What a command is given besides its arguments, and who hears of its progress. */
interface Talk {
  /** Its standard input. */
  input?: string
  onProgress?: TellProgress
}

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
  { input, onProgress }: Talk = {},
): Promise<CommandResult> {
  const child = Bun.spawn([...program, forProgram, ...args, '--data-dir', folder, '--json'], {
    stdin: input === undefined ? 'ignore' : new Blob([input]),
    stdout: 'pipe',
    stderr: 'pipe',
    ...(signal && { signal }),
  })
  const [out, err, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    complaintsIn(child.stderr, onProgress),
    child.exited,
  ])
  if (out) return { exitCode, value: JSON.parse(out) }
  const sentence = err.trim().split('\n').at(-1)!
  if (sentence.startsWith('{"kind":')) throw errorFromJson(JSON.parse(sentence))
  throw new OperatorError(sentence.replace(/^latchkey: /, '') || `"latchkey ${args[0]}" was stopped before it was done`)
}

/** The command's errors; its lines of progress are passed on as they come. */
async function complaintsIn(stderr: ReadableStream<Uint8Array>, onProgress: TellProgress = () => {}): Promise<string> {
  const decoder = new TextDecoder()
  const kept: string[] = []
  let rest = ''
  const take = (line: string) => {
    if (progressLine.test(line)) onProgress(JSON.parse(line))
    else kept.push(line)
  }
  for await (const chunk of stderr) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop()!
    for (const line of lines) take(line)
  }
  take(rest)
  return kept.join('\n')
}
