/** Hostile requests at a steady pace: `strangers.ts URL API-KEY SECONDS PER-SECOND`. Prints how many were answered. */
const [url, token, seconds, perSecond] = process.argv.slice(2) as [string, string, string, string]

const stepMs = 10
const long = 'x'.repeat(12_000)
let made = 0

const addressOf = (i: number) => `203.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`
const guess = (i: number) => JSON.stringify({ license_key: `GUESS-${i}`, identifier: 'pc' })
const known = { authorization: `Bearer ${token}` }

/** What they say in turn; each takes its number. The guesser has one address, everybody else many. */
const sayings: ((i: number) => { headers?: Record<string, string>; body: string })[] = [
  (i) => ({ headers: { authorization: `Bearer lk_unknown-${i}` }, body: guess(i) }),
  (i) => ({ body: guess(i) }),
  (i) => ({ headers: known, body: guess(i) }),
  (i) => ({ headers: { ...known, 'x-forwarded-for': '198.51.100.7' }, body: guess(i) }),
  (i) => ({ headers: { ...known, 'x-forwarded-for': '203.0.113.9' }, body: guess(i) }),
  (i) => ({ headers: known, body: `{"license_key": "${i}` }),
  (i) => ({ headers: { ...known, 'x-long': long }, body: guess(i) }),
]

async function say(i: number): Promise<boolean> {
  const { headers = {}, body } = sayings[i % sayings.length]!(i)
  const from = { 'content-type': 'application/json', 'x-forwarded-for': addressOf(i) }
  const answer = await fetch(`${url}/api/v1/verify`, { method: 'POST', headers: { ...from, ...headers }, body })
  await answer.arrayBuffer()
  return true
}

const startedAt = performance.now()
const answers: Promise<boolean>[] = []
for (let now = 0; now < Number(seconds) * 1000; now = performance.now() - startedAt) {
  const due = Math.floor((now * Number(perSecond)) / 1000)
  while (made < due) answers.push(say(made++).catch(() => false))
  await Bun.sleep(stepMs)
}
const answered = (await Promise.all(answers)).filter(Boolean).length
console.log(answered / ((performance.now() - startedAt) / 1000))
