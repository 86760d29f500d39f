import { binary, type Spoken } from '../../support/installation'
import { internals } from '../client'

const patienceMs = 60_000

/** What a command said, and what is wrong with how it ended. */
export interface Ended extends Spoken {
  flaw: string | undefined
}

/**
 * Runs a command that is given something hostile. It must do what it was told, or say in one sentence why it does not;
 * anything else is a flaw: a crash, a hang, a word about how the program is made.
 */
export async function endOf(args: string[], cwd: string): Promise<Ended> {
  const child = Bun.spawn([binary!, ...args], {
    ...{ cwd, env: {}, stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' },
    ...{ timeout: patienceMs, killSignal: 'SIGKILL' },
  })
  const [out, err, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  const flaw = problemOfEnd({ exitCode, err, signal: child.signalCode })
  return { exitCode, out, err, json: flaw || !out ? undefined : JSON.parse(out), flaw }
}

function problemOfEnd({ exitCode, err, signal }: { exitCode: number; err: string; signal: unknown }) {
  if (signal) return `it was ended by ${signal}`
  if (internals.test(err)) return `it tells of internals: ${err.slice(-1500)}`
  const isSaid = exitCode === 0 ? err === '' : exitCode <= 2 && /^latchkey: [^\n]+\n$/.test(err)
  return isSaid ? undefined : `it ended with ${exitCode} and said: ${err.slice(-1500)}`
}
