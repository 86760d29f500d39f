import { presets } from '../../../src/access/capabilities'
import * as contracts from './attacks/contracts'
import { tryAdminDoors, tryOtherEndpoints, tryRoles } from './attacks/doors'
import * as files from './attacks/files'
import * as floods from './attacks/floods'
import { guessInVolleys, guessPasswords } from './attacks/guessing'
import * as licenses from './attacks/licenses'
import * as orders from './attacks/orders'
import { bendPaths } from './attacks/paths'
import { abuseSessions } from './attacks/sessions'
import type { Attack } from './scene'
import type { Who } from './secrets'
import type { Target } from './target'
import { forDealers, type World } from './world'

/** Who attacks, with what in their hands, and how. */
interface Attacker {
  who: Who
  bearer(world: World, target: Target): string | undefined
  attacks: readonly Attack[]
}

const byAnybody = [bendPaths, tryAdminDoors, floods.sendLargeBodies, floods.neverEndBodies, guessInVolleys]

/** Everybody who holds something, and a stranger who holds nothing. */
export const cast: readonly Attacker[] = [
  {
    who: 'customer',
    bearer: ({ keys }) => keys.client,
    attacks: [
      ...Object.values(licenses),
      ...Object.values(files),
      ...[floods.floodTelemetry, floods.useUpSharedKey, tryOtherEndpoints(presets.client)],
      ...byAnybody,
    ],
  },
  {
    who: 'reseller',
    bearer: ({ keys }) => keys.reseller,
    attacks: [...Object.values(contracts), ...Object.values(contracts), tryOtherEndpoints(forDealers), ...byAnybody],
  },
  {
    who: 'shop',
    bearer: ({ keys }) => keys.shop,
    attacks: [...Object.values(orders), ...Object.values(orders), tryOtherEndpoints(presets.shop), ...byAnybody],
  },
  {
    who: 'integrator',
    bearer: ({ keys }) => keys.all,
    attacks: [tryAdminDoors, floods.floodTelemetry, floods.sendLargeBodies, bendPaths],
  },
  {
    who: 'viewer',
    bearer: (_, { viewer }) => viewer.token,
    attacks: [tryRoles('viewer'), tryRoles('viewer'), abuseSessions, bendPaths],
  },
  {
    who: 'operator',
    bearer: (_, { operator }) => operator.token,
    attacks: [tryRoles('operator'), tryRoles('operator'), abuseSessions, bendPaths],
  },
  {
    who: 'stranger',
    bearer: () => undefined,
    attacks: [...byAnybody, floods.askWithoutKey, guessPasswords, tryOtherEndpoints([])],
  },
]
