import { openClient } from '../client'
import type { Run } from '../kind'
import { anAddress } from './addresses'
import { cast } from './cast'
import { openAsking } from './client'
import { costsOf } from './costs'
import { openGuessCount } from './guesses'
import { askHonestly } from './honest'
import type { Claims, Scene } from './scene'
import { openSecrets } from './secrets'
import { requireCheap, settle } from './settlement'
import { type Row, readState } from './state'
import { limits, type Target } from './target'
import { foundWorld, type World } from './world'

const attacksEach = { quick: 2, full: 3 }

/** One round: a world, everybody who attacks it at once, an honest client beside them, and what came of it: how long that client waited. */
export async function attack(run: Run, target: Target, round: number): Promise<number[]> {
  const { report, isQuick } = run
  const chance = run.chance.fork(`round ${round}`)
  const found = (promise: string, evidence: object) =>
    report.find(`attackers: ${promise}`, { again: `--only attackers --seed ${run.seed} --round ${round}`, ...evidence })
  const secrets = openSecrets()
  const guesses = openGuessCount()
  keepHouseSecrets()
  const vendor = openClient(target.stage, report)
  const world = await foundWorld({ target, secrets, chance: chance.fork('world'), round, ask: vendor })
  const claims = openClaims(world)

  let requests = 0
  const count = (figure: string, by = 1) => {
    if (figure === 'hostile requests') requests += by
    report.count(figure, by)
  }
  const asking = openAsking({
    url: () => target.stage.url,
    publicKeys: target.publicKeys,
    secrets,
    guesses,
    found,
    count,
  })
  const before = readState(target.stage.folder)
  const costsBefore = costsOf(target.stage)
  const startedAt = performance.now()
  const honest = askHonestly({ world, chance: chance.fork('honest'), ask: asking('honest'), found })

  await Promise.all(
    cast.map(async ({ who, bearer, attacks }) => {
      const own = chance.fork(who)
      const held = bearer(world, target)
      const ask: Scene['ask'] = (door, fields = {}, more = {}) =>
        asking(who)({ door, fields, bearer: held, from: anAddress(own), ...more })
      const scene: Scene = {
        target,
        world,
        who,
        bearer: held,
        chance: own,
        secrets,
        claims,
        isQuick,
        ask,
        found,
        count,
      }
      for (let i = 0; i < attacksEach[isQuick ? 'quick' : 'full']; i++) await own.pick(attacks)(scene)
    }),
  )

  const waits = await honest.leave()
  const telemetryBytes = await settle({ target, world, claims, found, count }, before, startedAt)
  const beyond = guesses.beyond(limits.guesses)
  if (beyond.length) found('guesses are bounded by network', { beyond })
  requireCheap({ found, report }, { before: costsBefore, after: costsOf(target.stage), requests, telemetryBytes })
  report.count('attack rounds')
  return waits

  function keepHouseSecrets() {
    for (const { name, token, password } of [target.owner, target.operator, target.viewer]) {
      secrets.keep(token, `the token of the ${name}`, name)
      secrets.keep(password, `the password of the ${name}`, name)
    }
    secrets.keep(target.marketToken, 'the token of the market')
    secrets.keep(target.stage.apiKey, 'the vendor’s API key')
    secrets.keep('PRIVATE KEY', 'a private key')
  }
}

/** At first, a holder may destroy what they have drawn and not sold. */
function openClaims({ contracts: { own } }: World): Claims {
  const permissions = own.drawn.map((key) => ({
    place: `license ${key}`,
    accepts: (row: Row) => row === null,
  }))
  return { permissions, sold: new Map(), drawn: new Set(own.drawn), telemetry: 0, purchaseCodes: [] }
}
