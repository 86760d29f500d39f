import type { License } from '../../../db/schema/licensing'
import type { Queryable } from '../../database/connection'
import { counted } from '../../kernel/counted'
import { OperatorError } from '../../kernel/operator-error'
import { isExpired } from '../licenses/policy'
import { acts, type BulkAction, type BulkInput } from './actions'
import { countSeatsOn, mapLicensesById } from './store'

const licensesPerStep = 1000

/** What a change would do to licences. */
export interface BulkPlan {
  changed: number
  refused: { id: number; license_key: string | null; reason: string }[]
  /** What it takes from people; empty if nothing. */
  loses: string
}

interface Planned {
  action: BulkAction
  input: BulkInput
  now: Date
}

/** Plans a change of these licences, a thousand at a time with other requests between; writes nothing. */
export async function planRun(reader: () => Queryable, ids: readonly number[], planned: Planned): Promise<BulkPlan> {
  const plan: BulkPlan = { changed: 0, refused: [], loses: '' }
  let devices = 0
  for (let start = 0; start < ids.length; start += licensesPerStep) {
    const step = ids.slice(start, start + licensesPerStep)
    const found = await mapLicensesById(reader(), step)
    const used: number[] = []
    for (const id of step) {
      const license = found.get(id)
      const reason = license ? refusalOf(license, planned) : 'it was deleted'
      if (reason !== undefined) plan.refused.push({ id, license_key: license?.licenseKey ?? null, reason })
      else plan.changed += 1
      if (license && reason === undefined && isUsable(license, planned.now)) used.push(id)
    }
    if (planned.action in endings) devices += await countSeatsOn(reader(), used)
    await new Promise((resume) => setImmediate(resume))
  }
  return { ...plan, loses: lossIn(planned.action, plan.changed, devices) }
}

function refusalOf(license: License, { action, input, now }: Planned) {
  try {
    acts[action].check(license, input, now)
    return undefined
  } catch (error) {
    if (error instanceof OperatorError) return error.message
    throw error
  }
}

const isUsable = (license: License, now: Date) => license.status === 'assigned' && !isExpired(license, now)

/** The actions that end the use of a licence. */
const endings: Partial<Record<BulkAction, (licenses: string) => string>> = {
  block: (licenses) => `This blocks ${licenses} until they are unblocked.`,
  revoke: (licenses) => `This blocks ${licenses} for good: nothing unblocks them.`,
  delete: (licenses) => `This deletes ${licenses} for good, with their seats and their metadata.`,
}

function lossIn(action: BulkAction, changed: number, devices: number) {
  const ending = endings[action]
  // To block what no device uses takes nothing.
  if (!ending || !changed || (action === 'block' && !devices)) return ''
  const shut = devices
    ? `${counted(devices, 'device that uses', 'devices that use')} them will be refused.`
    : 'No device uses them.'
  return `${ending(counted(changed, 'licence'))} ${shut}`
}
