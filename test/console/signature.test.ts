import { expect, test } from 'bun:test'
import { isGenuine } from '../../src/console/setup/signature'
import { startInstallation } from '../support/installation'

test('the browser takes an answer of either algorithm for genuine, by its own key alone and unaltered', async () => {
  const installation = await startInstallation()
  const { keys } = (await installation.ask('GET /api/v1/keys')).response
  for (const algorithm of ['RS256', 'ES256'] as const) {
    const [key, other] = [true, false].map((own) =>
      keys.find((each: { algorithm: string }) => (each.algorithm === algorithm) === own),
    )
    const answer = await installation.ask('GET /api/v1/get-all-products', { signature_algorithm: algorithm })
    const envelope = JSON.parse(answer.text)
    expect(await isGenuine(envelope, key)).toBe(true)
    expect(await isGenuine(envelope, other)).toBe(false)
    expect(await isGenuine({ ...envelope, response: { ...envelope.response, code: 1 } }, key)).toBe(false)
    expect(await isGenuine({ ...envelope, response_base64: `${envelope.response_base64}AAAA` }, key)).toBe(false)
  }
  await installation.close()
})
