import type { License } from '../../../db/schema/licensing'
import type { BulkResult } from '../../../db/schema/work'
import { record } from '../../audit/record'
import type { Tx } from '../../database/connection'
import { fieldRef, message } from '../../kernel/message'
import { OperatorError } from '../../kernel/operator-error'
import { changeLicense } from '../licenses/change'
import { extensionDays } from '../licenses/ending'
import { blockPlan, type ChangePlan, extensionPlan, revocationPlan, unblockPlan } from '../licenses/operator'
import { removeLicenses } from '../licenses/service'
import { setLicenseMeta } from '../metadata/operator'

export const bulkActions = ['block', 'unblock', 'revoke', 'extend', 'note', 'set-meta', 'delete'] as const
export type BulkAction = (typeof bulkActions)[number]

/** The fields of the actions; each takes some of them. */
export interface BulkInput {
  reason?: string | undefined
  by?: string | undefined
  note?: string | undefined
  meta_key?: string | undefined
  meta_value?: string | undefined
}

/** What it takes to undo the change of a licence; nothing where it cannot be undone. */
type Undo = Omit<BulkResult, 'id' | 'refused'>

interface Act {
  /** The fields it needs. */
  needs: readonly (keyof BulkInput)[]
  /** Throws an `OperatorError` if it does not apply to the licence. */
  check(license: License, input: BulkInput, now: Date): void
  apply(tx: Tx, license: License, input: BulkInput, now: Date): Promise<Undo>
  canUndo: boolean
}

type Plan = (license: License, input: BulkInput, now: Date) => ChangePlan

const changing = (plan: Plan, needs: Act['needs'] = [], canUndo = true): Act => ({
  needs,
  canUndo,
  check: plan,
  async apply(tx, license, input, now) {
    const after = await changeLicense(tx, license, plan(license, input, now).changes)
    return canUndo ? undoOf(license, after) : {}
  },
})

const always = () => {}

/** What can be done to many licences, each as the operation on one licence does it. */
export const acts: Record<BulkAction, Act> = {
  block: changing((license, { reason }, now) => blockPlan(license, { reason, now })),
  unblock: changing((license, _, now) => unblockPlan(license, now)),
  revoke: changing((license, { reason }, now) => revocationPlan(license, { reason, now }), [], false),
  extend: changing((license, { by }, now) => extensionPlan(license, by!, now), ['by']),
  note: {
    needs: ['note'],
    canUndo: false,
    check: always,
    async apply(tx, { id }, { note }, now) {
      await record(tx, { verb: 'license.noted', id, after: { note } }, now)
      return {}
    },
  },
  'set-meta': {
    needs: ['meta_key', 'meta_value'],
    canUndo: true,
    check: always,
    async apply(tx, { id }, { meta_key: key = '', meta_value: value = '' }, now) {
      const before = await setLicenseMeta(tx, `id:${id}`, { key, value }, now)
      return { meta: { key, before: before ?? null, after: value } }
    },
  },
  delete: {
    needs: [],
    canUndo: false,
    check: always,
    async apply(tx, license, _, now) {
      await removeLicenses(tx, [license], now)
      return {}
    },
  },
}

/** Throws an `OperatorError` if a field that the action needs is absent or invalid. */
export function requireInput(action: BulkAction, input: BulkInput) {
  for (const name of acts[action].needs) {
    if (input[name] === undefined)
      throw new OperatorError(message`"${action}" needs ${fieldRef(name)}`, 'invalid_input')
  }
  if (action === 'extend') extensionDays(input.by!)
}

function undoOf(before: License, after: License): Undo {
  const changed = Object.entries(before).filter(
    ([name, value]) => name !== 'updatedAt' && plain(value) !== plain(after[name as keyof License]),
  )
  return {
    before: Object.fromEntries(changed.map(([name, value]) => [name, value instanceof Date ? value.getTime() : value])),
    at: after.updatedAt.getTime(),
  }
}

const plain = (value: unknown) => JSON.stringify(value)
