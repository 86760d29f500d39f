import { join } from 'node:path'

/** A step as a language's program gets it, one line of JSON each. */
export interface HarnessStep {
  do: string
  args: unknown[]
  apiKey: string
  server: string
  /** The folder for what is kept. */
  store: string
  /** The name of the device; null to let the client make one. */
  device: string | null
  isBound: boolean
  machine: string
  now: number
  deadlineMs: number
}

/** A running program in some language, which takes steps and tells what the client returned. */
export interface Harness {
  readonly pid: number
  run(step: HarnessStep): Promise<unknown>
  stop(): void
}

export const harnessFile = (name: string) => join(import.meta.dir, 'harness', name)

/** Starts the program of a language. */
export function startHarness(command: string[], cwd: string): Harness {
  const child = Bun.spawn(command, {
    cwd,
    env: { PATH: process.env.PATH, HOME: cwd, PYTHONDONTWRITEBYTECODE: '1', GOFLAGS: '', GOCACHE: process.env.GOCACHE },
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'inherit',
  })
  const waiting = new Map<number, (value: unknown) => void>()
  let count = 0
  ;(async () => {
    let rest = ''
    for await (const bytes of child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + bytes).split('\n')
      rest = lines.pop()!
      for (const line of lines) {
        const { id, value } = JSON.parse(line)
        waiting.get(id)?.(value)
        waiting.delete(id)
      }
    }
    for (const answer of waiting.values()) answer(new Error('the program has ended'))
  })()
  return {
    pid: child.pid,
    run(step) {
      const id = ++count
      const { promise, resolve } = Promise.withResolvers<unknown>()
      waiting.set(id, resolve)
      child.stdin.write(`${JSON.stringify({ id, ...step })}\n`)
      child.stdin.flush()
      return promise
    },
    stop: () => child.kill(),
  }
}
