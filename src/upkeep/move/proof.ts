import type { DatabaseInspection } from '../../database/inspection'
import { OperatorError } from '../../kernel/operator-error'
import { examineOpen } from '../doctor/examine'
import type { Movable } from './move'
import { rowsOf } from './rows'

/** What was found at the new place. */
export interface Proof {
  /** The rows of each table, at both places. */
  readonly rows: Record<string, number>
  /** What the doctor finds, there as before. */
  readonly findings: readonly string[]
}

interface Examined {
  installation: Movable
  database: DatabaseInspection
}

/**
 * Throws an `OperatorError` unless every table of a copy has the rows of the original, and the doctor, who reads the
 * whole audit log, finds nothing in the copy that it does not find in the original.
 */
export async function proveCopy(original: Examined, copy: Examined, now: Date): Promise<Proof> {
  const found = await findingsIn(copy, now)
  const known = found.length ? new Set(await findingsIn(original, now)) : new Set()
  const [fresh] = found.filter((finding) => !known.has(finding))
  if (fresh) throw new OperatorError(`the copy is not good, so nothing was moved: ${fresh}`)
  const [before, rows] = [await rowsOf(original.database), await rowsOf(copy.database)]
  const unequal = Object.keys(before).find((table) => before[table] !== rows[table])
  if (unequal) {
    throw new OperatorError(
      `the copy is not good, so nothing was moved: ${unequal} has ${rows[unequal]} rows, and had ${before[unequal]}`,
    )
  }
  return { rows, findings: found }
}

async function findingsIn({ installation, database }: Examined, now: Date) {
  const checks = await examineOpen(installation, database, now)
  return checks.flatMap(({ name, findings }) => findings.map((finding) => `${name}: ${finding}`))
}
