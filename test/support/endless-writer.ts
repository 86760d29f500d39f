import { installation } from '../../db/schema/operations'
import { openDatabase } from '../../src/database/database'

/** Writes rows into the database it is given until it is killed, and prints each key once it is acknowledged. */
const db = openDatabase(process.argv[2]!, { actor: 'test' })
for (let round = 0; ; round++) {
  await Promise.all(
    Array.from({ length: 10 }, async (_, i) => {
      const key = `killed-${round}-${i}`
      await db.write(async (tx) => {
        await tx.insert(installation).values({ key, value: 'x' })
      })
      process.stdout.write(`${key}\n`)
    }),
  )
}
