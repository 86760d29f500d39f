import { join } from 'node:path'
import { databaseOf } from './databases'
import { binary, urlFrom } from './installation'
import { until } from './wait'

/** The program itself that serves a folder, as a process of its own: it starts again by itself after a restore. */
export interface ServedProgram {
  readonly url: string
  /** The link to the first set-up that it printed. */
  setupLink(): Promise<string>
  /** Ends it; its exit code. */
  stop(): Promise<number>
}

/** Serves a folder by the binary, or by the program from source. */
export async function serveProgram(folder: string): Promise<ServedProgram> {
  const program = binary ? [binary] : [process.execPath, join(import.meta.dir, '../../src/main.ts')]
  const child = Bun.spawn([...program, 'serve', '--port', '0', '--log', 'off', '--data-dir', folder], {
    env: databaseOf(folder),
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'pipe',
  })
  const [forUrl, forWords] = child.stderr.tee()
  let said = ''
  ;(async () => {
    for await (const bytes of forWords) said += new TextDecoder().decode(bytes)
  })()
  return {
    url: await urlFrom(forUrl),
    setupLink: () => until('the link', () => /http\S+\/console\/setup#\S+/.exec(said)?.[0]),
    async stop() {
      child.kill('SIGTERM')
      return child.exited
    },
  }
}
