import { createHash } from 'node:crypto'
import type { Chance } from '../chance'
import { anIpv4 } from './addresses'
import type { Ask } from './client'
import type { World } from './world'

const pauseMs = 40
/** Far beyond what a busy machine adds: only a server that hangs lets somebody wait so long. */
const waitMsMax = 15_000

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

/** A customer of another licence, who asks all the while and hears what is true. */
export interface Honest {
  /** How long each answer took. */
  leave(): Promise<number[]>
}

interface Beside {
  world: World
  chance: Chance
  ask: Ask
  found(promise: string, evidence: object): void
}

export function askHonestly({ world, chance, ask, found }: Beside): Honest {
  const from = `9.9.${chance.below(256)}.${chance.between(1, 254)}`
  const waits: number[] = []
  let isHere = true

  async function verify() {
    const license = chance.pick(world.others)
    const isSeated = chance.happens(0.7)
    const isMeant = chance.happens(0.8)
    const nonce = chance.happens(0.5) ? `honest-${chance.below(2 ** 30)}` : undefined
    const identifier = isSeated ? license.seats[0]! : 'a device without a seat'
    const { dear, cheap } = world.products
    const other = license.product === dear ? cheap : dear
    const fields = {
      ...{ license_key: license.key, identifier, product_id: isMeant ? license.product : other },
      ...(nonce && { nonce }),
    }
    // A key of another product counts as a guess, and many customers seldom share one address.
    const startedAt = performance.now()
    const { code, response, text } = await ask({
      door: 'POST /api/v1/verify',
      fields,
      bearer: world.keys.client,
      from: isMeant ? from : anIpv4(chance),
    })
    const waitedMs = performance.now() - startedAt
    waits.push(waitedMs)
    const expected = isMeant ? (isSeated ? 200 : 202) : 210
    const proof = {
      ...{ nonce, license_key_sha256: sha256(license.key), identifier_sha256: sha256(identifier) },
      ...(isMeant && { product_id: license.product }),
    }
    const isProven = !nonce || Object.entries(proof).every(([name, value]) => response[name] === value)
    if (code !== expected || !isProven) found('an honest client is told the truth', { fields, expected, text })
    if (waitedMs > waitMsMax) found('an honest client is not kept waiting', { waitedMs })
  }

  async function stay() {
    while (isHere) {
      await verify()
      await Bun.sleep(pauseMs)
    }
  }
  const staying = stay()
  return {
    async leave() {
      isHere = false
      await staying
      return waits
    },
  }
}
