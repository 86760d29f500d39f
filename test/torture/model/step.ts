import fc from 'fast-check'
import { catalogCalls, catalogSteps } from './catalog'
import type { Shop } from './shop'
import { tradeCalls, tradeSteps } from './trade'

// biome-ignore lint/suspicious/noExplicitAny: an answer's payload differs from endpoint to endpoint
type Payload = any

/** What is asked, and what the reference says must come back. */
export interface Call {
  endpoint: string
  fields: object
  /** A part of the response; lists in their order. */
  expected: { code: number | string | undefined; [field: string]: unknown }
  /** A list that may go on behind what is expected of it. */
  mayHoldMore?: string
  /** How long a list must be. */
  count?: { of: string; is: number }
  /** Takes from the answer what the reference could not know. */
  learn?(response: Payload): void
}

const steps = { ...catalogSteps, ...tradeSteps }
const calls = { ...catalogCalls, ...tradeCalls }

type Name = keyof typeof steps
export type AnyStep = {
  [N in Name]: { do: N; with: (typeof steps)[N] extends fc.Arbitrary<infer T> ? T : never }
}[Name]

const weights: Partial<Record<Name, number>> = { live: 8, createKeys: 4, createProduct: 3, draw: 3, createContract: 2 }

export const anyStep = fc.oneof(
  ...Object.entries(steps).map(([name, taken]) => ({
    weight: weights[name as Name] ?? 1,
    arbitrary: (taken as fc.Arbitrary<object>).map((each) => ({ do: name, with: each }) as AnyStep),
  })),
)

/** Takes a step in the reference; what must be asked, and what must come back. */
export const take = (shop: Shop, step: AnyStep): Call => calls[step.do](shop, step.with as never)
