import type { Generator, Product } from '../../../db/schema/catalog'
import type { License } from '../../../db/schema/licensing'
import type { Queryable } from '../../database/connection'
import type { LicenseTerms } from '../licenses/service'
export async function chooseGenerator(_db: Queryable, _p: number, _r?: string): Promise<Generator | undefined> {
  return undefined
}
export async function drawLicenses(
  _tx: Queryable,
  _g: Generator,
  _p: Product,
  _q: number,
  _t: Partial<LicenseTerms>,
  _n: Date,
): Promise<License[]> {
  return []
}
