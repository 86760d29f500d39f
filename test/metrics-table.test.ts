import { expect, test } from 'bun:test'
import { startHouse } from './support/house'
import { readme } from './support/readme'

test('the README lists the metrics that there are, and no others', async () => {
  const house = await startHouse()
  const text = await (await fetch(`${house.url}/metrics`)).text()
  await house.close()
  const served = [...text.matchAll(/^# TYPE latchkey_(\w+) (\w+)$/gm)].map(([, name, type]) => `${name} ${type}`)
  const chapter = readme.split('## Metrics for Prometheus')[1]!.split('\n## ')[0]!
  const listed = [...chapter.matchAll(/^\| (`.+?`) \| (\w+) \|/gm)].flatMap(([, names, type]) =>
    [...names!.matchAll(/`(\w+)`/g)].map(([, name]) => `${name} ${type}`),
  )
  expect(listed.sort()).toEqual(served.sort())
})
