import type { License } from '../../db/schema/licensing'
import type { Page, PageRequest } from '../database/page'
import { findReferencedLicense, requireLicense } from '../features/licenses/operator'
import { idInReference } from '../features/licenses/operator-model'
import { listLicensePage } from '../features/support/license-page'
import { soughtPart } from '../features/support/search'
import { OperatorError } from '../kernel/operator-error'
import { runCommand } from '../upkeep/subprocess'
import type { ListedLicense } from './license-lines'
import type { OperationContext } from './operation'
import { argumentsOf } from './option-names'

/**
 * A page of the licences that contain a text. Reads all licences, so a server runs it in a subprocess and no request
 * waits.
 */
export async function searchLicenses(
  { db, now, folder, isServer }: OperationContext,
  { text }: { text: string },
  { sort, limit, after }: PageRequest,
): Promise<Page<ListedLicense>> {
  if (!isServer) return listLicensePage(() => db.read, { text }, { sort, limit, after, now, isBounded: false })
  const sought = soughtPart(text)
  const { value } = await runCommand(folder, ['license', 'search', sought, ...argumentsOf({ sort, limit, after })])
  return { rows: value.licenses, next: value.next }
}

const meantMax = 5

/** The licence of that reference, or the only one whose key contains the text. */
export async function findMeantLicense(context: OperationContext, reference: string): Promise<License> {
  const exact = await findReferencedLicense(context.db.read, reference)
  if (exact) return exact
  if (idInReference(reference) !== undefined) return requireLicense(context.db.read, reference)
  const { rows, next } = await searchLicenses(context, { text: reference }, { sort: 'id', limit: meantMax })
  if (rows.length === 1) return requireLicense(context.db.read, `id:${rows[0]!.id}`)
  if (!rows.length) return requireLicense(context.db.read, reference)
  const keys = rows.map(({ license_key }) => `"${license_key}"`).join(', ')
  const others = next === null ? '' : ' or another'
  throw new OperatorError(`there is no licence key "${reference}": did you mean ${keys}${others}?`, 'not_found')
}
