import type { License } from '../../../db/schema/licensing'
import type { BulkResult } from '../../../db/schema/work'
import type { Tx } from '../../database/connection'
import { OperatorError } from '../../kernel/operator-error'
import { restoreLicense } from '../licenses/change'
import { listLicenseMeta } from '../licenses/service'
import { setLicenseMeta, unsetLicenseMeta } from '../metadata/operator'

/** Gives a licence back what a run has changed. Throws an `OperatorError` if it was changed again since. */
export async function undoOfRun(tx: Tx, license: License, { before, at, meta }: BulkResult, now: Date) {
  if (meta) return undoMeta(tx, license, meta, now)
  if (license.updatedAt.getTime() !== at) throw changedSince(license)
  await restoreLicense(tx, license, formerValues(before ?? {}), now)
}

async function undoMeta(tx: Tx, license: License, meta: NonNullable<BulkResult['meta']>, now: Date) {
  const { key, before, after } = meta
  const present = (await listLicenseMeta(tx, license.id)).find((pair) => pair.key === key)?.value ?? null
  if (present !== after) throw changedSince(license)
  const reference = `id:${license.id}`
  if (before === null) await unsetLicenseMeta(tx, reference, key, now)
  else await setLicenseMeta(tx, reference, { key, value: before }, now)
}

const changedSince = ({ licenseKey }: License) =>
  new OperatorError(`licence key "${licenseKey}" was changed since, so it stays as it is`)

const moments: readonly string[] = ['assignedAt', 'revokedAt', 'createdAt'] satisfies (keyof License)[]

const formerValues = (before: Record<string, unknown>): Partial<License> =>
  Object.fromEntries(
    Object.entries(before).map(([name, value]) => [
      name,
      moments.includes(name) && typeof value === 'number' ? new Date(value) : value,
    ]),
  )
