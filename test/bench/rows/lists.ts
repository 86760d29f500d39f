import { interleaved, median, ratioOf } from '../../../src/bench/contest'
import type { BenchFolder } from '../../../src/bench/folder'
import { milliseconds, type Row, reaches } from '../../../src/bench/report'
import { keyAt, ownerAt } from '../../../src/bench/stock'
import type { Setting } from '../setting'

const asksPerRound = 25

/** Row 9: pages and searches on many keys, against the same on few. */
export async function listRows(setting: Setting): Promise<Row[]> {
  const { many, few, size } = setting
  const [onMany, onFew] = [await setting.latchkey(many), await setting.latchkey(few)]
  const wanted: [string, (keys: number) => string][] = [
    ['first page', () => 'page=1'],
    ['middle page', (keys) => `page=${Math.floor(keys / 200)}`],
    ['last page', (keys) => `page=${Math.floor(keys / 100)}`],
    ['page after the middle', (keys) => `after=${Math.floor(keys / 2)}`],
    ["first page of a product's", () => 'product_id=1'],
    ["page after the middle of a product's", (keys) => `product_id=1&after=${Math.floor(keys / 2)}`],
    ['by e-mail', (keys) => `customer_email=${ownerAt(Math.floor(keys / 2))}`],
    ['search by e-mail', (keys) => `search=${ownerAt(Math.floor(keys / 2))}`],
    ['search by key prefix', (keys) => `search=${keyAt(Math.floor(keys / 2)).slice(0, 7)}`],
  ]
  const rows: Row[] = []
  for (const [name, query] of wanted) {
    const rounds = await interleaved(size.rounds, {
      ours: () => ask(onMany.url, many, query(size.many)),
      theirs: () => ask(onFew.url, few, query(size.few)),
    })
    const ratio = ratioOf(rounds.ours, rounds.theirs)
    rows.push({
      work: `9. get-license-keys, ${name}`,
      ours: milliseconds(median(rounds.ours)),
      against: `on ${size.few.toLocaleString('en')} keys`,
      theirs: milliseconds(median(rounds.theirs)),
      ratio,
      goal: '≤ 1.5',
      holds: reaches(ratio, { atMost: 1.5 }),
      rounds,
    })
  }
  await onMany.stop()
  await onFew.stop()
  return rows
}

/** How long one takes, in milliseconds: the median of some, one after the other. */
async function ask(url: string, { token }: BenchFolder, query: string) {
  const took: number[] = []
  for (let i = 0; i < asksPerRound; i++) {
    const from = performance.now()
    const answer = await fetch(`${url}/api/v1/get-license-keys?per_page=100&${query}`, {
      headers: { authorization: `Bearer ${token}` },
    })
    const text = await answer.text()
    took.push(performance.now() - from)
    if (!text.includes('"license_key"')) throw new Error(`no keys for ${query}: ${text.slice(0, 300)}`)
  }
  return median(took)
}
