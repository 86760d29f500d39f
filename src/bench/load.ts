import { stopwatch } from '../kernel/clock'
import { deviceAt, keyAt, ownerAt } from './stock'
import { wrk } from './wrk'

/**
 * Varying requests: in path and body, `{key}`, `{device}` and `{owner}` stand for those of a random licence, and
 * `{unique}` for a word no other request has.
 */
export interface Load {
  method: 'GET' | 'POST'
  path: string
  headers: Record<string, string>
  body: string
  /** The number of licences to draw from. */
  keys: number
}

/** The intensity and duration of a load. */
export interface LoadOptions {
  connections: number
  seconds: number
}

/** The result; latencies in milliseconds. */
export interface Measured {
  perSecond: number
  requests: number
  /** Answers with a status above 399, and requests without an answer. */
  failures: number
  p50: number
  p99: number
  max: number
}

/** A tool that sends a load to a server. */
export interface LoadMaker {
  readonly name: string
  run(url: string, load: Load, effort: LoadOptions): Promise<Measured>
}

/** `wrk` if installed, otherwise our own loop, which is slower than the server it measures. */
export const bestLoadMaker = (core?: number): LoadMaker =>
  Bun.which('wrk') ? { name: 'wrk', run: (...args) => wrk(core, ...args) } : { name: 'built-in loop', run: ask }

let made = 0

/** One request of a load. */
export function draw({ keys, path, body }: Pick<Load, 'keys' | 'path' | 'body'>) {
  const i = Math.floor(Math.random() * keys)
  const words: Record<string, () => string> = {
    key: () => keyAt(i),
    device: () => deviceAt(i),
    owner: () => ownerAt(i),
    unique: () => `unique-${++made}-${stopwatch()}`,
  }
  const fill = (template: string) => template.replace(/\{(key|device|owner|unique)\}/g, (_, word) => words[word]!())
  return { path: fill(path), body: fill(body) }
}

async function ask(url: string, load: Load, { connections, seconds }: LoadOptions): Promise<Measured> {
  const latencies: number[] = []
  let failures = 0
  const startedAt = stopwatch()
  const connection = async () => {
    while (stopwatch() - startedAt < seconds * 1000) {
      const { path, body } = draw(load)
      const from = stopwatch()
      const { method, headers } = load
      const answer = await fetch(url + path, { method, headers, ...(method === 'POST' && { body }) })
      await answer.arrayBuffer()
      latencies.push(stopwatch() - from)
      if (!answer.ok) failures++
    }
  }
  await Promise.all(Array.from({ length: connections }, connection))
  const took = (stopwatch() - startedAt) / 1000
  return { perSecond: latencies.length / took, requests: latencies.length, failures, ...quantiles(latencies) }
}

/** The quantiles of durations in milliseconds. */
export function quantiles(durations: number[]) {
  const sorted = Float64Array.from(durations).sort()
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  return { p50: at(0.5), p99: at(0.99), max: at(1) }
}
