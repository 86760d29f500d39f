import fc from 'fast-check'
import { type Ask, openClient } from './client'
import { requireSound } from './holdings'
import type { Kind } from './kind'
import { makeLine } from './load/shop'
import { openShop, type Shop } from './model/shop'
import { type AnyStep, anyStep, type Call, take } from './model/step'
import { setStage } from './stage'

const sequencesPerRound = 10
const sequenceLengthMax = 40

/** Random sequences of calls over the whole API, each answer held against a reference; a sequence that fails is shrunk. */
export const model: Kind = async ({ report, chance, rounds }) => {
  const stage = await setStage(report)
  try {
    await stage.start()
    const ask = openClient(stage, report)
    const { product } = await makeLine(stage, ask, 'line')
    let sequences = 0
    const property = fc.asyncProperty(
      fc.array(anyStep, { minLength: 1, maxLength: sequenceLengthMax, size: 'max' }),
      async (steps) => {
        const shop = openShop(`M${++sequences}`, product)
        try {
          for (const step of steps) await requireAgreement(ask, shop, step)
        } finally {
          await cleanUp(ask, shop)
        }
        report.count('calls held against the reference', steps.length)
      },
    )
    const result = await fc.check(property, { seed: chance.below(2 ** 31), numRuns: rounds * sequencesPerRound })
    report.count('call sequences', sequences)
    if (result.failed) report.find('the server agrees with the reference', told(result))
    await requireSound(stage, report)
    report.say(`model: ${sequences} sequences`)
    await stage.stop()
  } finally {
    await stage.remove()
  }
}

/** The shortest sequence that fails, and where it does. */
const told = ({ counterexample, errorInstance }: fc.RunDetails<[AnyStep[]]>) =>
  `${(errorInstance as Error).message}, after ${JSON.stringify(counterexample?.[0])}`

async function requireAgreement(ask: Ask, shop: Shop, step: AnyStep) {
  const call = take(shop, step)
  const answer = await ask(call.endpoint, call.fields)
  const flaw = flawOf(call, answer?.response)
  if (flaw)
    throw new Error(`${call.endpoint} ${JSON.stringify(call.fields)}: ${flaw}, got ${JSON.stringify(answer?.response)}`)
  call.learn?.(answer!.response)
}

// biome-ignore lint/suspicious/noExplicitAny: an answer's payload differs from endpoint to endpoint
function flawOf({ expected, mayHoldMore, count }: Call, response: any): string | undefined {
  const cut = mayHoldMore && Array.isArray(response?.[mayHoldMore]) ? cutTo(expected, response, mayHoldMore) : response
  if (!holds(cut, expected)) return `expected ${JSON.stringify(expected)}`
  if (count && response[count.of].length !== count.is) return `expected ${count.is} ${count.of}`
  return undefined
}

const cutTo = (expected: Call['expected'], response: Record<string, unknown[]>, list: string) => ({
  ...response,
  [list]: response[list]!.slice(0, (expected[list] as unknown[]).length),
})

/** Whether a value holds all of what is expected of it; lists hold nothing else. */
function holds(value: unknown, expected: unknown): boolean {
  if (typeof expected !== 'object' || expected === null) return Object.is(value, expected)
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(expected) && (value as unknown[]).length !== expected.length) return false
  return Object.entries(expected).every(([key, part]) => holds((value as Record<string, unknown>)[key], part))
}

/** Leaves nothing behind that the next sequence could meet. */
async function cleanUp(ask: Ask, { prefix, licenses, contracts }: Shop) {
  for (const license_key of licenses.keys()) await ask('delete-license-key', { license_key })
  for (const contract of contracts.keys()) await ask('contracts/destroy-all', { contract_key: `${prefix}-${contract}` })
}
