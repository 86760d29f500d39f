import type { Queryable } from '../database/connection'
import { counted } from '../kernel/counted'
import { dayMs } from '../kernel/durations'
import { type KeyOwner, type KeyUse, listKeyUses, listPublicKeys, type PublicKey } from '../signing/service'
import { minuteUtc } from './lines'
import type { OperationContext } from './operation'

const countedMs = 7 * dayMs

/**
 * The number of signatures of a key in the last seven days, for clients that named it and for those that named none; of
 * a companion if it is one.
 */
export async function recentUses(db: Queryable, now: Date) {
  const since = new Date(now.getTime() - countedMs).toISOString().slice(0, 10)
  const uses = Map.groupBy(await listKeyUses(db, since), ({ keyId }) => keyId)
  return ({ id, algorithm, certifiedBy }: Pick<PublicKey, 'id' | 'algorithm' | 'certifiedBy'>) =>
    algorithm === 'ES256'
      ? totalOf(uses.get(certifiedBy!), { named: 'companionNamed', unnamed: 'companionUnnamed' })
      : totalOf(uses.get(id), { named: 'named', unnamed: 'unnamed' })
}

type Counter = Exclude<keyof KeyUse, 'keyId' | 'day'>

const totalOf = (uses: KeyUse[] | undefined = [], { named, unnamed }: Record<'named' | 'unnamed', Counter>) => ({
  named: uses.reduce((sum, use) => sum + use[named], 0),
  unnamed: uses.reduce((sum, use) => sum + use[unnamed], 0),
})

const totalUses = ({ named, unnamed }: { named: number; unnamed: number }) => named + unnamed

/** A key that is to replace another. */
interface Successor {
  /** The public half, if known: clients that already know it lose nothing. */
  publicPem?: string
  /** How long the previous keys continue to sign. */
  overlapMs?: number
}

/** What clients lose if the keys of that owner are replaced; empty if there are none. */
export async function lossOfReplacing(
  context: OperationContext,
  owner: KeyOwner,
  successor: Successor,
): Promise<string> {
  return told(context, ofOwner(await liveKeys(context), owner), owner, successor)
}

/** What clients lose if a product gets its first key, or if the keys of that owner are replaced. */
export async function lossOfPutting(context: OperationContext, owner: KeyOwner, successor: Successor): Promise<string> {
  const live = await liveKeys(context)
  const own = ofOwner(live, owner)
  return told(context, own.length ? own : ofOwner(live, null), owner, successor)
}

/** What clients lose if a product that uses the global key gets its own. */
export async function lossOfFirstKey(context: OperationContext, owner: KeyOwner): Promise<string> {
  const live = await liveKeys(context)
  return ofOwner(live, owner).length ? '' : told(context, ofOwner(live, null), owner, {})
}

const liveKeys = async ({ db, now }: OperationContext) =>
  (await listPublicKeys(db.read)).filter(({ retiredAt }) => !retiredAt || retiredAt > now)

const ofOwner = (keys: PublicKey[], owner: KeyOwner) => keys.filter(({ productId }) => productId === owner)

async function told(
  { db, now }: OperationContext,
  keys: PublicKey[],
  owner: KeyOwner,
  { publicPem, overlapMs = 0 }: Successor,
): Promise<string> {
  // A companion comes and goes with its RSA key.
  const lost = keys.filter((key) => key.algorithm === 'RS256' && key.publicPem !== publicPem)
  const usesOf = await recentUses(db.read, now)
  const about = owner === null ? 'every answer' : `every answer about product ${owner}`
  return lost.map((key) => [usageOf(key), endOf(key)].join(' ')).join(' ')

  function usageOf(key: PublicKey) {
    const { id, productId } = key
    const companion = keys.find(({ algorithm, certifiedBy }) => algorithm === 'ES256' && certifiedBy === id)
    const signed = totalUses(usesOf(key)) + (companion ? totalUses(usesOf(companion)) : 0)
    const whose = productId === owner ? '' : ', the global one,'
    return `Key ${id}${whose} signed ${counted(signed, 'answer')} in the last seven days.`
  }

  function endOf({ id, retiredAt }: PublicKey) {
    if (!overlapMs) return `Clients that know only key ${id} will refuse ${about} from now on.`
    const end = new Date(Math.min(now.getTime() + overlapMs, retiredAt?.getTime() ?? Number.POSITIVE_INFINITY))
    return `It still signs until ${minuteUtc(end)}, and clients that know only key ${id} will refuse ${about} from then on.`
  }
}
