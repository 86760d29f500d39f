import type { Client } from './client'

const rowsMax = 1000

/** Inserts many rows by few statements: a statement of its own for each would cost a round trip. */
export async function executeMany(client: Client, text: string, all: Iterable<readonly unknown[]>): Promise<void> {
  const rows = [...all]
  const [list] = /(?<=\bvalues )\([^)]*\)/.exec(text)!
  for (let start = 0; start < rows.length; start += rowsMax) {
    const some = rows.slice(start, start + rowsMax)
    await client.query(text.replace(list, some.map(() => list).join(', ')), some.flat())
  }
}
