import type { Chance } from '../chance'
import type { Ask } from './client'
import type { Secrets, Who } from './secrets'
import type { Permission } from './state'
import type { Target } from './target'
import type { World } from './world'

/** What attackers were answered, against which the database is held when the round is over. */
export interface Claims {
  permissions: Permission[]
  /** Keys that were sold to the shop, each with its order. */
  sold: Map<string, string>
  /** Keys of the attacker's own contract. */
  drawn: Set<string>
  telemetry: number
  purchaseCodes: string[]
}

/** One attacker with what they hold, at work. */
export interface Scene {
  target: Target
  world: World
  who: Who
  /** Their API key or operator token. */
  bearer: string | undefined
  chance: Chance
  secrets: Secrets
  claims: Claims
  isQuick: boolean
  /** Asks as them, from an address of its own unless one is given. */
  ask(door: string, fields?: object, more?: Partial<Parameters<Ask>[0]>): ReturnType<Ask>
  found(promise: string, evidence: object): void
  count(figure: string, by?: number): void
}

/** Something an attacker tries. */
export type Attack = (scene: Scene) => Promise<void>

/** How many at once. */
export const volley = <T>({ isQuick }: Scene, size: number, each: (i: number) => Promise<T>) =>
  Promise.all(Array.from({ length: isQuick ? Math.ceil(size / 2) : size }, (_, i) => each(i)))

/** A finding unless the code is one of those. Whoever has to wait has got nothing. */
export function expectCode(
  { found, who }: Scene,
  promise: string,
  { code, status, text }: Awaited<ReturnType<Ask>>,
  expected: readonly (number | string)[],
  evidence: object = {},
) {
  const isRefused = code === 9429 || code === 9503 || status === 429
  if (!isRefused && !expected.includes(code as number))
    found(promise, { who, expected, text: text.slice(0, 600), ...evidence })
}
