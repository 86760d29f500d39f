import { hasApiKey } from '../access/service'
import type { Queryable } from '../database/connection'
import { hasProduct } from '../features/products/service'
import { hasUser } from '../users/links'

/** Whether an installation has nothing of an operator yet: no user, API key or product. */
export const isUntouched = async (db: Queryable) =>
  !(await hasUser(db)) && !(await hasApiKey(db)) && !(await hasProduct(db))
