import { expect, test } from 'bun:test'
import { startInstallation } from '../support/installation'
import { chapter, pages } from '../support/readme'

test('the guide lists the metrics that there are, and no others', async () => {
  const installation = await startInstallation()
  const text = await (await fetch(`${installation.url}/metrics`)).text()
  await installation.close()
  const served = [...text.matchAll(/^# TYPE latchkey_(\w+) (\w+)$/gm)].map(([, name, type]) => `${name} ${type}`)
  const metrics = chapter(pages.operate!, 'Metrics for Prometheus')
  const listed = [...metrics.matchAll(/^\| (`.+?`) \| (\w+) \|/gm)].flatMap(([, names, type]) =>
    [...names!.matchAll(/`(\w+)`/g)].map(([, name]) => `${name} ${type}`),
  )
  expect(listed.sort()).toEqual(served.sort())
})
