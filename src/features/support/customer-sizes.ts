import type { Queryable } from '../../database/connection'
import type { Phase } from './customer-list'
import { listAddresses, listBySize, listLarger, type Size } from './customers/store'

/** Customers in the order of their number of licences: those with two or more, and those with one. */
export function largestFirst(reader: () => Queryable, isDown: boolean): Phase[] {
  const phases = [larger(reader, isDown), single(reader, isDown)]
  return isDown ? phases : phases.reverse()
}

const larger =
  (reader: () => Queryable, isDown: boolean): Phase =>
  async (after, limit) => {
    const start: Size = { licenses: isDown ? Number.MAX_SAFE_INTEGER : 0, email: '' }
    const from: Size = after === undefined ? start : JSON.parse(after)
    const found = await listBySize(reader(), { after: from, isDown, limit: limit + 1 })
    const rows = found.slice(0, limit)
    return {
      emails: rows.map(({ email }) => email),
      next: found.length > limit ? JSON.stringify(rows.at(-1)!) : null,
    }
  }

const addressesPerStep = 500
const stepsMax = 20

/** Looks at some thousand addresses for one page; where most own more, the page is shorter and the next one goes on. */
const single =
  (reader: () => Queryable, isDown: boolean): Phase =>
  async (after, limit) => {
    const emails: string[] = []
    let last = after
    for (let step = 0; step < stepsMax; step++) {
      const some = await listAddresses(reader(), { after: last, isDown, limit: addressesPerStep })
      const others = await listLarger(reader(), some)
      for (const email of some) {
        if (emails.length === limit) return { emails, next: last! }
        last = email
        if (!others.has(email)) emails.push(email)
      }
      if (some.length < addressesPerStep) return { emails, next: null }
      await new Promise((resume) => setImmediate(resume))
    }
    return { emails, next: last! }
  }
