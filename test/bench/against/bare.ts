/** The framework alone, as a program of its own: `bare.ts BYTES` gives an answer of that size. */
import { VerifiedDevice } from '../../../src/features/activations/model'
import { baselineApp } from '../../../src/http/baseline'
import { listen } from '../../../src/http/server'

const { url } = listen(baselineApp(VerifiedDevice, '.'.repeat(Number(process.argv[2] ?? 1000))), {
  hostname: '127.0.0.1',
  port: 0,
})
console.error(`bare Elysia listens on ${url},`)
