import type { Call } from '../../../db/schema/operations'
import type { Queryable } from '../../database/connection'
import { sha256 } from '../../kernel/secrets'
import { listLicensesLike, listLicensesOfDevice } from './called-store'

type Named = Pick<Call, 'licenseHash' | 'maskedKey' | 'identifier'>

/** The id of the licence that a call was about, if its device has had a seat; looks at a few rows. */
export async function findLicenseOfDevice(db: Queryable, { licenseHash, identifier }: Named) {
  if (!licenseHash || !identifier) return undefined
  return idOf(await listLicensesOfDevice(db, identifier), licenseHash)
}

/** The id of the licence that a call was about, by what its masked key shows; may look at all licences. */
export async function findCalledLicense(db: Queryable, { licenseHash, maskedKey }: Named) {
  if (!licenseHash || !maskedKey) return undefined
  const [start = '', end = ''] = maskedKey.split('…')
  return idOf(await listLicensesLike(db, start, end), licenseHash)
}

const idOf = (licenses: readonly { id: number; licenseKey: string }[], hash: string) =>
  licenses.find(({ licenseKey }) => sha256(licenseKey) === hash)?.id
